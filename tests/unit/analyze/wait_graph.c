/* SPDX-License-Identifier: Apache-2.0 */
/* Who has to go on before whom: seen by what a close that waits for them says. */
#include "standing.inc.c"

static int64_t library;

static void begin(void)
{
	rows_begin_as("signal");
	library = closing_scope("library");
}

TestSuite(wait_graph, .init = begin, .fini = rows_end);

#define expect_hang(text)                                                                          \
	expect("SELECT message FROM finding WHERE rule = 'teardown-deadlock'", text)

Test(wait_graph, who_waits_to_write_waits_for_each_reader)
{
	int64_t one = STAND(.wait = "write-lock", .subject = 0x10, .in = "change");
	int64_t busy = STAND(.tid = 101, .unknown_since = true);
	int64_t stuck = STAND(.tid = 102, .wait = "semaphore", .subject = 0x91, .in = "rest");

	is_inside(one, library, true);
	has_as(busy, 0x10, "read-lock", "look");
	has_as(stuck, 0x10, "read-lock", "look");
	judge();
	expect_hang("close of library hangs: thread 100 'main' waits for the lock 0x10, to write, "
		    "that thread 102 holds, which waits for the semaphore 0x91, and nobody has "
		    "woken it for 20.0 s");
}

Test(wait_graph, who_waits_to_read_waits_for_the_one_that_writes)
{
	int64_t one = STAND(.wait = "read-lock", .subject = 0x10, .in = "look");
	int64_t other = STAND(.tid = 101, .wait = "child", .in = "system");

	is_inside(one, library, true);
	has_as(other, 0x10, "write-lock", "change");
	judge();
	expect_hang("close of library hangs: thread 100 'main' waits for the lock 0x10, to read, "
		    "that thread 101 holds, which waits for the end of a child process, which has "
		    "not ended in 20.0 s");
}

Test(wait_graph, who_says_that_it_waits_for_a_thread_waits_for_that)
{
	int64_t worker = WORKER(.tid = 101, .name = "loop");
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "await_loop",
			    .told_kind = "thread", .told = worker, .since = JUST_NOW);
	int64_t other = STAND(.tid = 101, .thread = worker, .wait = "mutex", .subject = 0x10,
			      .in = "work", .since = JUST_NOW);

	has(one, 0x10, "stop");
	(void)other;
	judge();
	expect_hang("thread 100 'main' waits for the end of thread 101 'loop', which waits for the "
		    "mutex 0x10 that thread 100 'main' holds");
	expect("SELECT kind FROM finding WHERE rule = 'teardown-deadlock'", "thread");
}

Test(wait_graph, who_says_that_it_waits_for_a_lock_waits_for_its_holder)
{
	int64_t one = STAND(.wait = "futex", .subject = 0x91, .in = "g_mutex_lock",
			    .told_kind = "lock", .told_subject = 0x10, .since = JUST_NOW);
	int64_t other = STAND(.tid = 101, .wait = "mutex", .subject = 0x20, .in = "work",
			      .since = JUST_NOW);

	has(one, 0x20, "stop");
	has(other, 0x10, "work");
	judge();
	expect("SELECT kind || ' ' || culprit_function FROM finding WHERE rule = "
	       "'teardown-deadlock'",
	       "lock g_mutex_lock");
}

Test(wait_graph, who_closes_a_scope_waits_for_the_others_in_it_and_not_for_itself)
{
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "drain",
			    .told_kind = "scope", .told = library);

	is_inside(one, library, true);
	judge();
	expect_hang("close of library hangs: thread 100 'main' waits for the library");
}

Test(wait_graph, threads_are_alike_by_name_or_else_by_where_they_were_made)
{
	int64_t leader = WORKER(.tid = 101, .runs = "enter", .made_in = "pool_create");
	int64_t other = WORKER(.tid = 102, .runs = "enter", .made_in = "loop_create");
	int64_t one = STAND(.tid = 101, .thread = leader, .wait = "condition", .subject = 0x91,
			    .in = "next");

	has(one, 0x10, "serve");
	STAND(.tid = 102, .thread = other, .wait = "mutex", .subject = 0x10, .in = "stop");
	judge();
	expect_hang("thread 102 waits for the mutex 0x10 that thread 101 holds, which waits for "
		    "the condition 0x91, and nobody has woken it for 20.0 s");
}

Test(wait_graph, all_who_wait_for_what_hangs_are_counted)
{
	int64_t one = STAND(.wait = "condition", .subject = 0x91, .in = "rest");

	has(one, 0x10, "take");
	is_inside(one, library, true);
	for (uint32_t tid = 101; tid < 104; tid++)
		STAND(.tid = tid, .wait = "mutex", .subject = 0x10, .in = "work");
	judge();
	expect("SELECT count(*) FROM finding WHERE rule = 'teardown-deadlock'", "1");
	expect("SELECT role FROM evidence WHERE role LIKE '%in all%'",
	       "3 threads in all wait for these");
}

Test(wait_graph, a_circle_of_many_is_told_as_far_as_it_is_read)
{
	enum { MANY = 40 };

	for (uint32_t i = 0; i < MANY; i++) {
		int64_t one = STAND(.tid = 100 + i, .wait = "mutex",
				    .subject = 0x100 + (i + 1) % MANY, .in = "work");

		has(one, 0x100 + i, "take");
	}
	judge();
	expect("SELECT count(*) FROM finding WHERE rule = 'teardown-deadlock'", "1");
}

Test(wait_graph, thousands_that_wait_in_a_row_are_looked_at_once)
{
	enum { MANY = 5000 };

	within_cpu_seconds(60);
	for (uint32_t i = 0; i < MANY; i++) {
		int64_t one = STAND(.tid = 100 + i, .wait = "mutex", .subject = 0x10000 + i + 1,
				    .in = "work");

		has(one, 0x10000 + i, "take");
	}
	judge();
	expect_hang("none");
}
