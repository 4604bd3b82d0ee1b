/* SPDX-License-Identifier: Apache-2.0 */
/* What libc's calls say of threads: as the shim's wrappers of them. */
#include "scene.inc.c"

#include "thread_calls.h"

static struct thread_waits waits;
static struct traced traced;

void threads_expect(struct traced *of, uint32_t tid, const struct thread_expected *expected)
{
	(void)of;
	add("expect on %u: start %llu call %d%s at %llu\n", tid,
	    (unsigned long long)expected->start_routine, (int)expected->call,
	    expected->detached ? " detached" : "", (unsigned long long)expected->stack);
}

void threads_unexpect(struct traced *of, uint32_t tid)
{
	(void)of;
	add("unexpect on %u\n", tid);
}

static void teardown(void)
{
	thread_waits_finish(&waits);
}

TestSuite(thread_calls, .fini = teardown);

static const struct thread_call *find(const char *symbol)
{
	for (size_t i = 0; i < thread_call_count; i++)
		if (strcmp(thread_calls[i].symbol, symbol) == 0)
			return &thread_calls[i];
	cr_assert_fail("%s", symbol);
	return NULL;
}

static struct probe_function event(uint64_t sp, uint64_t first, uint64_t second, uint64_t third)
{
	return (struct probe_function){
		.head = {.tid = 3, .stack_id = 5}, .sp = sp, .values = {first, second, third}};
}

static void enter(const char *symbol, uint64_t sp, uint64_t first, uint64_t second, uint64_t third)
{
	const struct probe_function function = event(sp, first, second, third);

	cr_expect_eq(thread_call_enter(find(symbol), &waits, &traced, &function), 0);
}

static void leave(const char *symbol, uint64_t sp, uint64_t first, uint64_t second)
{
	const struct probe_function function = event(sp, first, second, 0);

	thread_call_return(find(symbol), &waits, &traced, &function);
}

Test(thread_calls, a_join_ends_the_thread_and_is_taken_back_if_it_failed)
{
	enter("pthread_join", 100, 7, 0, 0);
	leave("pthread_join", 100, 7, 0);
	expect_said("destroy thread 7 at 5\n");
	enter("pthread_tryjoin_np", 100, 7, 0, 0);
	leave("pthread_tryjoin_np", 100, 7, 16);
	expect_said("destroy thread 7 at 5\nundo thread 7 error 16\n");
}

Test(thread_calls, libc_s_own_call_of_another_is_no_other)
{
	enter("thrd_join", 100, 7, 0, 0);
	enter("pthread_join", 80, 7, 0, 0);
	leave("pthread_join", 80, 7, 0);
	leave("thrd_join", 100, 7, 0);
	expect_said("destroy thread 7 at 5\n");
}

Test(thread_calls, a_join_that_was_left_is_taken_back)
{
	enter("pthread_join", 100, 7, 0, 0);
	thread_call_cancelled(&waits, &traced, 3, 0);
	expect_said("destroy thread 7 at 5\nundo thread 7 error 125\n");
	thread_call_cancelled(&waits, &traced, 3, 0);
	expect_said("");
	enter("pthread_join", 100, 7, 0, 0);
	enter("pthread_detach", 120, 8, 0, 0);
	expect_said("destroy thread 7 at 5\nundo thread 7 error 125\ndestroy thread 8 at 5\n");
}

Test(thread_calls, a_thread_is_expected_until_the_call_is_over)
{
	char expected[128];

	enter("pthread_create", 100, 1, 99, 1);
	leave("pthread_create", 100, 1, 99);
	snprintf(expected, sizeof(expected),
		 "expect on 3: start 99 call %d detached at 5\nunexpect on 3\n",
		 (int)TRACK_CALL_pthread_create);
	expect_said(expected);
}

Test(thread_calls, attributes_that_cannot_be_read_detach_nothing)
{
	struct probe_function function = event(100, 1, 99, 1);
	char expected[128];

	function.failed = 1u << 2;
	cr_expect_eq(thread_call_enter(find("pthread_create"), &waits, &traced, &function), 0);
	snprintf(expected, sizeof(expected), "expect on 3: start 99 call %d at 5\n",
		 (int)TRACK_CALL_pthread_create);
	expect_said(expected);
}

Test(thread_calls, musl_has_its_attributes_elsewhere)
{
	struct probe_row glibc, musl;

	thread_call_row(find("pthread_create"), false, &glibc);
	thread_call_row(find("pthread_create"), true, &musl);
	cr_expect_eq(glibc.term_count, 3);
	cr_expect_neq(glibc.terms[2].steps[0], musl.terms[2].steps[0]);
	thread_call_row(find("thrd_create"), false, &glibc);
	cr_expect_eq(glibc.term_count, 2);
	cr_expect_eq(glibc.terms[1].number, 1);
}
