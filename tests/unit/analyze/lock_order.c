/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that are taken in both orders. */
#include "rows.inc.c"

TestSuite(lock_order, .init = rows_begin, .fini = rows_end);

struct pair {
	uint64_t first, second, guard;
	uint32_t first_birth, second_birth, tid;
	bool many;
	const char *in, *outer; /* NULL: another place for each pair */
};

static void pair_as(struct pair pair)
{
	char place[32];

	snprintf(place, sizeof(place), "outer%llx", (unsigned long long)pair.first);
	struct trace_lock_order row = {
		.process_id = process,
		.first = pair.first,
		.second = pair.second,
		.first_birth = pair.first_birth,
		.second_birth = pair.second_birth,
		.first_stack = in(pair.outer != NULL ? pair.outer : place),
		.second_stack = in(pair.in != NULL ? pair.in : "inner"),
		.guard = pair.guard,
		.tid = pair.tid,
		.many = pair.many,
	};

	cr_assert_eq(trace_add_lock_order(trace, &row), 0, "%s", trace_error(trace));
}

#define PAIR(...) pair_as((struct pair){__VA_ARGS__})

Test(lock_order, two_threads_that_take_two_locks_in_both_orders_may_meet)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .outer = "outer", .in = "send");
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .outer = "outer", .in = "receive");
	judge();
	expect_findings("lock-order possible lock lock 1 send");
	expect_message("the locks 0x10 and 0x20 are taken here in this order, and elsewhere in the "
		       "other: two threads can come to wait for each other");
	expect_chain("thread 100 'main' took the lock 0x10 at outer\n"
		     "and, with it in hand, the lock 0x20 at send\n"
		     "thread 101 took the lock 0x20 at outer\n"
		     "and, with it in hand, the lock 0x10 at receive");
	cr_expect(analyze_state_fails("possible", true));
	cr_expect_not(analyze_state_fails("possible", false));
}

Test(lock_order, wherever_the_locks_lie_the_finding_is_the_same)
{
	const char *finding;

	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .in = "send");
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .in = "receive");
	judge();
	finding = ask("SELECT culprit_function || fingerprint FROM finding");
	rows_end();
	rows_begin();
	PAIR(.first = 0x40, .second = 0x30, .tid = 100, .in = "send");
	PAIR(.first = 0x30, .second = 0x40, .tid = 101, .in = "receive");
	judge();
	expect("SELECT culprit_function || fingerprint FROM finding", finding);
}

Test(lock_order, one_thread_alone_cannot_meet_itself)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100);
	PAIR(.first = 0x20, .second = 0x10, .tid = 100);
	judge();
	expect_findings("none");
}

Test(lock_order, unless_others_did_it_too)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100);
	PAIR(.first = 0x20, .second = 0x10, .tid = 100, .many = true);
	judge();
	expect_findings("lock-order possible lock lock 1 inner");
}

Test(lock_order, a_lock_before_both_keeps_them_apart)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .guard = 1ull << 63 | 0x4);
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .guard = 1ull << 63 | 0x2);
	judge();
	expect_findings("none");
}

Test(lock_order, two_different_locks_before_them_do_not)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .guard = 0x5);
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .guard = 0xa);
	judge();
	expect_findings("lock-order possible lock lock 1 inner");
}

Test(lock_order, one_order_alone_is_in_order)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100);
	PAIR(.first = 0x20, .second = 0x30, .tid = 101);
	judge();
	expect_findings("none");
}

Test(lock_order, pairs_of_one_place_are_one_finding)
{
	for (uint64_t i = 0; i < 3; i++) {
		PAIR(.first = 0x100 * i + 0x10, .second = 0x100 * i + 0x20, .tid = 100);
		PAIR(.first = 0x100 * i + 0x20, .second = 0x100 * i + 0x10, .tid = 101);
	}
	judge();
	expect_findings("lock-order possible lock lock 3 inner");
}

Test(lock_order, a_pair_taken_at_the_same_places_may_be_two_that_lay_there_in_turn)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .outer = "serve");
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .outer = "serve");
	judge();
	expect_findings("none");
}

Test(lock_order, guards_are_sets_and_one_in_common_is_enough)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .guard = 0x3);
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .guard = 0x6);
	judge();
	expect_findings("none");
}

static void ring(uint64_t guard, uint32_t last_tid)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .in = "a", .guard = guard);
	PAIR(.first = 0x20, .second = 0x30, .tid = 101, .in = "b");
	PAIR(.first = 0x30, .second = 0x10, .tid = last_tid, .in = "c", .guard = guard);
	judge();
}

Test(lock_order, three_locks_in_a_ring_of_three_threads)
{
	ring(0, 102);
	expect("SELECT state || ' ' || count || ' ' || message FROM finding",
	       "possible 1 the locks 0x10, 0x20 and 0x30 are taken one with the other in hand, all "
	       "around: 3 threads can come to wait for each other");
	expect("SELECT count(*) FROM evidence", "6");
}

Test(lock_order, a_ring_of_which_two_exclude_each_other_cannot_close)
{
	ring(0x8, 102);
	expect_findings("none");
}

Test(lock_order, a_ring_of_which_one_thread_makes_two_cannot_close)
{
	ring(0, 100);
	expect_findings("none");
}

Test(lock_order, a_ring_with_a_pair_that_is_told_is_not_told_again)
{
	PAIR(.first = 0x20, .second = 0x10, .tid = 103, .in = "d");
	ring(0, 102);
	expect("SELECT sum(count) FROM finding", "1");
}

/* Of three locks that lie at 0x10, 0x20 and 0x30. births: which they are, each in both its orders.
 */
static void ring_of(const uint32_t births[6])
{
	PAIR(.first = 0x10, .second = 0x20, .first_birth = births[0], .second_birth = births[1],
	     .tid = 100, .in = "a");
	PAIR(.first = 0x20, .second = 0x30, .first_birth = births[2], .second_birth = births[3],
	     .tid = 101, .in = "b");
	PAIR(.first = 0x30, .second = 0x10, .first_birth = births[4], .second_birth = births[5],
	     .tid = 102, .in = "c");
	judge();
}

Test(lock_order, a_ring_of_the_same_three_locks_is_told)
{
	ring_of((const uint32_t[]){7, 8, 8, 9, 9, 7});
	expect_findings("lock-order possible lock lock 1 a");
}

Test(lock_order, a_ring_ends_where_a_lock_is_another_at_the_same_address)
{
	ring_of((const uint32_t[]){7, 8, 5, 9, 9, 7});
	expect_findings("none");
}

Test(lock_order, wherever_in_the_ring_that_is)
{
	ring_of((const uint32_t[]){7, 8, 8, 9, 5, 7});
	expect_findings("none");
}

Test(lock_order, also_where_it_closes)
{
	ring_of((const uint32_t[]){7, 8, 8, 9, 9, 5});
	expect_findings("none");
}

Test(lock_order, two_locks_that_lay_there_one_after_the_other_are_no_ring)
{
	PAIR(.first = 0x10, .second = 0x20, .first_birth = 3, .second_birth = 4, .tid = 100);
	PAIR(.first = 0x20, .second = 0x10, .first_birth = 3, .second_birth = 4, .tid = 101);
	judge();
	expect_findings("none");
}

Test(lock_order, a_lock_taken_inside_of_the_languages_library_was_taken_nowhere)
{
	PAIR(.first = 0x10, .second = 0x20, .tid = 100, .outer = "__gthread_mutex_lock",
	     .in = "std::mutex::lock");
	PAIR(.first = 0x20, .second = 0x10, .tid = 101, .outer = "__gthread_mutex_lock",
	     .in = "std::mutex::lock");
	judge();
	expect("SELECT coalesce(culprit_function, '-') FROM finding", "-");
	expect_chain("thread 100 'main' took the lock 0x10\n"
		     "and, with it in hand, the lock 0x20\n"
		     "thread 101 took the lock 0x20\n"
		     "and, with it in hand, the lock 0x10");
}
