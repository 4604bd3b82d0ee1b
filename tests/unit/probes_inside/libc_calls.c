/* SPDX-License-Identifier: Apache-2.0 */
/* What of this machine's own C library is known by name, and by the jumps of what has one. */
#include <libc_calls.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <symbol/functions.h>
#include <symbol/unwind.h>

#include "own_libc.inc.c"

static struct unwinder *unwinder;
static struct libc_calls calls;

static void begin(void)
{
	cr_assert(eq(int, unwinder_create(&unwinder), 0));
	cr_assert(eq(int, libc_calls_read(own_libc_path(), unwinder, &calls), 0));
}

static void end(void)
{
	libc_calls_finish(&calls);
	unwinder_destroy(unwinder);
}

TestSuite(libc_calls, .init = begin, .fini = end);

Test(libc_calls, a_function_is_known_from_its_first_to_its_last_byte)
{
	uint64_t start = own_libc_offset("pthread_mutex_lock");
	cr_assert(eq(int, (int)libc_calls_find(&calls, start), LIBC_pthread_mutex_lock));
	cr_assert(eq(int, (int)libc_calls_find(&calls, start + 8), LIBC_pthread_mutex_lock));
	cr_assert(ne(int, (int)libc_calls_find(&calls, start - 1), LIBC_pthread_mutex_lock));
	cr_assert(calls.is_glibc);
}

Test(libc_calls, what_waits_for_nobody_is_not_among_them)
{
	cr_assert(eq(int, (int)libc_calls_find(&calls, own_libc_offset("write")), LIBC_NONE));
	cr_assert(eq(int, (int)libc_calls_find(&calls, 0), LIBC_NONE));
}

Test(libc_calls, what_a_function_ends_in_by_a_jump_is_of_it)
{
	bool any = false;
	for (size_t i = 0; i < calls.count; i++)
		any |= calls.places[i].by_jump &&
		       libc_call_wait(calls.places[i].call) == TRACK_WAIT_SEMAPHORE;
	cr_assert(any);
}

Test(libc_calls, each_has_the_wait_of_its_row)
{
	cr_assert(eq(int, (int)libc_call_wait(LIBC_thrd_join), TRACK_WAIT_THREAD));
	cr_assert(eq(int, (int)libc_call_wait(LIBC_exit), TRACK_WAIT_NONE));
	cr_assert(eq(str, (char *)libc_call_name(LIBC_sem_wait), "sem_wait"));
}

Test(libc_calls, what_is_no_file_has_none)
{
	static const char *const paths[] = {"/nowhere", "/", "/dev/null", "/etc/passwd"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct libc_calls none = {0};
		cr_assert(eq(int, libc_calls_read(paths[i], unwinder, &none), 0));
		cr_assert(eq(sz, none.count, 0));
	}
}
