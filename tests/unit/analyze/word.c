/* SPDX-License-Identifier: Apache-2.0 */
/* What a person calls a thing. */
#include "rows.inc.c"

TestSuite(word, .init = rows_begin, .fini = rows_end);

Test(word, a_thing_without_a_class_is_called_by_its_kind)
{
	PUT(.kind = "object", .class_name = "", .refs = 1, .made_in = "gather");
	judge();
	cr_expect_eq(strncmp(ask("SELECT message FROM finding"), "1 object ", 9), 0, "%s",
		     ask("SELECT message FROM finding"));
}
