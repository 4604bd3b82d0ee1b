/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

TestSuite(place, .init = play_begin, .fini = play_close);

static const char place_sql[] = "SELECT group_concat(path || ':' || address) FROM "
				"(SELECT * FROM stack_frame s JOIN location l "
				"ON l.id = s.location_id ORDER BY stack_id, position)";

Test(place, an_address_is_relative_to_its_module)
{
	play_module("/bin/a", 0x1000, 0x2000);
	play_stack(0x1010);
	play_stack(0x2000); /* the call is the module's last instruction */
	play_stack(0x1000); /* returns to the module's first byte: not a call in it */
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	expect(place_sql, "/bin/a:16,/bin/a:4096,:4096");
}

Test(place, only_a_module_that_was_there_at_that_time_counts)
{
	play_stack(0x1010);
	play_module("/bin/a", 0x1000, 0x2000);
	play_stack(0x1020);
	cr_assert_eq(play.sink->unload(play.sink->ctx, 0, 0x1000, ++play.now_ns), 0);
	play_stack(0x1030);
	play_module("/bin/b", 0x1000, 0x2000);
	play_stack(0x1040);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	expect(place_sql, ":4112,/bin/a:32,:4144,/bin/b:64");
}

Test(place, processes_share_places_and_a_second_run_adds_nothing)
{
	play_module("/bin/a", 0x1000, 0x2000);
	play_stack(0x1010);
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	play_module("/bin/a", 0x3000, 0x4000);
	play_stack(0x3010);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	expect("SELECT count(*) FROM location", "1");
	expect("SELECT count(*) FROM stack_frame", "2");
}
