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

static void many(const char *class_name)
{
	for (int i = 0; i < 2; i++)
		PUT(.kind = "object", .class_name = class_name, .refs = 1, .made_in = class_name);
}

Test(word, names_of_code_and_letters_have_no_plural)
{
	many("Candidate");
	many("SSL");
	many("uv_tcp_t");
	judge();
	expect("SELECT message FROM finding ORDER BY class", "2 Candidates were alive at the end\n"
							     "2 SSL objects were alive at the end\n"
							     "2 uv_tcp_t objects were alive at the "
							     "end");
}
