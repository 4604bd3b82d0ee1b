/* SPDX-License-Identifier: Apache-2.0 */
/* Of what packs tell: which of several references is left, and who took it. */
#include "rows.inc.c"

#include <stdlib.h>

TestSuite(leak_places, .init = rows_begin, .fini = rows_end);

/* A stack of one function of some module and file. */
static int64_t at(const char *function, const char *file, const char *module)
{
	uint64_t address = fnv_text(FNV_START, function) >> 32;
	int64_t stack, location;

	cr_assert_eq(trace_add_stack(trace, process, address, 1, &address, 1, &stack), 0);
	cr_assert_eq(trace_location(trace, module, "", address, &location), 0);
	cr_assert_eq(trace_add_frame(trace, location, 0, function, file, 7), 0);
	cr_assert_eq(trace_add_stack_frame(trace, stack, 0, location), 0);
	return stack;
}

/* One more reference, later than those before; released_stack 0: it seems left. */
static void take(int64_t about, int64_t stack, int64_t released_stack)
{
	static uint64_t when;
	struct trace_reference reference = {
		.resource_id = about,
		.tag = "reference",
		.stack_id = stack,
		.retained = 1,
		.released = released_stack != 0,
		.released_stack = released_stack,
		.first_ns = 20 * SECOND + ++when,
		.last_ns = 20 * SECOND + when,
	};

	cr_assert_eq(trace_put_reference(trace, &reference), 0, "%s", trace_error(trace));
}

static int64_t birth_of(int64_t resource)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT birth_stack FROM resource WHERE id = %lld",
		 (long long)resource);
	return atoll(ask(sql));
}

static int64_t leg(int64_t refs)
{
	return PUT(.kind = "object", .class_name = "leg_t", .traits = "told-by-pack", .refs = refs,
		   .made_in = "make");
}

Test(leak_places, where_one_more_was_taken_is_blamed_if_the_maker_may_have_given_its_own_back)
{
	int64_t kept = leg(1);

	take(kept, birth_of(kept), 0);
	take(kept, in("keep"), in("main"));
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 keep");
	expect_message("1 leg_t was alive at the end: with 1 of 2 references never released "
		       "(which is not certain)");
	expect_chain("created at make\n"
		     "1 of 2 references left; which is not certain\n"
		     "a reference was taken at keep");
}

Test(leak_places, what_is_given_back_where_it_was_taken_leaves_the_makers)
{
	int64_t kept = leg(1);

	take(kept, birth_of(kept), 0);
	take(kept, in("look"), in("look"));
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 make");
}

Test(leak_places, what_is_given_back_in_the_file_where_it_was_taken_leaves_the_makers)
{
	int64_t kept = leg(1);

	take(kept, birth_of(kept), 0);
	take(kept, at("begin", "worker.c", "/opt/program"), at("end", "worker.c", "/opt/program"));
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 make");
}

Test(leak_places, where_nothing_was_given_back_all_are_left)
{
	int64_t kept = leg(2);

	take(kept, birth_of(kept), 0);
	take(kept, in("keep"), 0);
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 make");
	expect_chain("created at make\n"
		     "held by \"reference\": 0 of 1 released, taken at make\n"
		     "held by \"reference\": 0 of 1 released, taken at keep");
}

Test(leak_places, of_several_that_may_be_left_the_newest_is_blamed)
{
	int64_t kept = leg(2);

	take(kept, birth_of(kept), 0);
	take(kept, in("keep"), in("make"));
	take(kept, in("hold"), in("hold"));
	take(kept, in("retain"), 0);
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 retain");
	expect("SELECT count(*) FROM evidence WHERE role = 'a reference was taken at'", "3");
}

Test(leak_places, the_only_reference_is_not_told_beside_its_birth)
{
	int64_t kept = leg(1);

	take(kept, birth_of(kept), 0);
	judge();
	expect_message("1 leg_t was alive at the end");
	expect_chain("created at make");
}

Test(leak_places, what_the_program_tells_itself_is_told_as_before)
{
	int64_t kept = candidate(0);

	take(kept, birth_of(kept), 0);
	take(kept, in("keep"), in("main"));
	judge();
	expect_findings("ref-leak at-exit object Candidate 1 gather");
	expect_chain("created at gather\n"
		     "held by \"reference\": 0 of 1 released, taken at gather");
}

Test(leak_places, what_a_library_took_and_gave_back_is_left_out)
{
	int64_t kept = leg(1);

	cr_assert_eq(trace_add_packed(trace, "liblegs.so*"), 0);
	take(kept, birth_of(kept), 0);
	take(kept, at("leg_watch", "watch.c", "/lib/liblegs.so.1"),
	     at("leg_unwatch", "watch.c", "/lib/liblegs.so.1"));
	judge();
	expect_findings("ref-leak at-exit object leg_t 1 make");
	expect_chain("created at make");
}

Test(leak_places, of_very_many_places_the_newest_are_told)
{
	static const char *const functions[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	int64_t kept = leg(1);

	take(kept, birth_of(kept), 0);
	for (size_t i = 0; i < 8; i++)
		take(kept, in(functions[i]), in("main"));
	judge();
	expect("SELECT group_concat(t.function, '') FROM evidence e JOIN stack_text t ON "
	       "t.stack_id "
	       "= e.stack_id WHERE role = 'a reference was taken at'",
	       "hgfedc");
	expect("SELECT count(*) FROM evidence WHERE role = 'and references were taken at 2 more "
	       "places'",
	       "1");
	expect("SELECT culprit_function FROM finding", "h");
}
