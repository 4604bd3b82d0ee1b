/* SPDX-License-Identifier: Apache-2.0 */
#include "script.inc.c"

#include <stdlib.h>
#include <time.h>

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

static void stack_of(uint64_t hash, uint64_t address)
{
	cr_assert_eq(
		play.sink->stack(play.sink->ctx, play.process, hash, ++play.now_ns, &address, 1),
		0);
}

/* Its hash is another one after each unload, and its births are those of one place all the same. */
Test(place, a_stack_through_a_module_that_comes_back_is_one)
{
	for (uint64_t hash = 1; hash <= 3; hash++) {
		play_module(hash == 2 ? "/lib/other" : "/lib/plugin", 0x1000, 0x2000);
		stack_of(hash, 0x1010);
		fd_open(hash, hash);
		cr_assert_eq(play.sink->unload(play.sink->ctx, 0, 0x1000, ++play.now_ns), 0);
	}
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	expect(place_sql, "/lib/plugin:16,/lib/other:16");
	expect("SELECT group_concat(birth_stack) FROM (SELECT * FROM resource ORDER BY subject)",
	       "1,2,1");
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

/* A map of PID below a root of its own, last written long after or before the process began. */
static void with_map(char *root, bool fresh)
{
	char command[256];

	cr_assert_not_null(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "mkdir %s/tmp && touch -d '%s' %s/tmp/perf-%d.map %s/tmp/perf-%d.map", root,
		 fresh ? "1 day" : "1 day ago", root, PID, root, OTHER);
	cr_assert_eq(system(command), 0);
}

static void without_map(const char *root)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

Test(place, code_in_no_module_belongs_to_the_map_of_its_process)
{
	char root[] = "/tmp/unit_place_XXXXXX";

	with_map(root, true);
	play_module("/bin/a", 0x1000, 0x2000);
	play_stack(0x1010);
	play_stack(0x7010);
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	play_stack(0x7010);
	play_process(2, THIRD, 0, TRACK_ORIGIN_FORK);
	play_stack(0x7010);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, root), 0);
	without_map(root);
	expect(place_sql, "/bin/a:16,/tmp/perf-100.map:28688,/tmp/perf-101.map:28688,:28688");
}

Test(place, a_map_that_is_older_than_the_process_is_not_its_own)
{
	char root[] = "/tmp/unit_place_XXXXXX";

	play.last.realtime_ns = (uint64_t)time(NULL) * 1000000000u;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
	with_map(root, false);
	play_stack(0x7010);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, root), 0);
	without_map(root);
	expect(place_sql, ":28688");
}

Test(place, of_the_images_of_a_process_the_last_has_the_map)
{
	char root[] = "/tmp/unit_place_XXXXXX";

	with_map(root, true);
	play_stack(0x7010);
	play_process(1, PID, 1, TRACK_ORIGIN_START);
	play_stack(0x7010);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, root), 0);
	without_map(root);
	expect(place_sql, ":28688,/tmp/perf-100.map:28688");
}

Test(place, a_map_that_is_found_later_is_used_then)
{
	char root[] = "/tmp/unit_place_XXXXXX";

	play_stack(0x7010);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	expect(place_sql, ":28688");
	with_map(root, true);
	cr_assert_eq(analyze_places(play.trace, root), 0);
	without_map(root);
	expect(place_sql, "/tmp/perf-100.map:28688");
}
