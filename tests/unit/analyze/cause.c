/* SPDX-License-Identifier: Apache-2.0 */
/* Which other rule a finding is about, by its chain. */
#include "rows.inc.c"

TestSuite(cause, .init = rows_begin, .fini = rows_end);

#define CAUSES                                                                                     \
	"SELECT f.rule || ' by ' || c.rule FROM cause c JOIN finding f ON f.id = c.finding_id"

Test(cause, a_socket_that_an_object_keeps_leaks_by_its_references)
{
	int64_t object = candidate(CLOSED_CONNECTION);

	hold(object, 0, "checklist", 5, 1, "checklist_add");
	udp(object);
	judge();
	expect(CAUSES, "fd-leak by ref-leak");
}

Test(cause, a_socket_that_nothing_keeps_and_an_object_have_no_other)
{
	udp(CLOSED_CONNECTION);
	hold(candidate(CLOSED_CONNECTION), 0, "checklist", 5, 1, "checklist_add");
	judge();
	expect_findings(
		"fd-leak leaked fd udp 1 open_socket\nref-leak leaked object Candidate 1 gather");
	expect(CAUSES, "none");
}
