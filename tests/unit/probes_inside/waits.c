/* SPDX-License-Identifier: Apache-2.0 */
/* What a thread waits for, by its system call and what its memory says. */
#include <waits.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>

#define PRIVATE 128
#define WAIT (0 | PRIVATE)
#define WAKE (1 | PRIVATE)
#define LOCK_PI (6 | PRIVATE)
#define WAIT_BITSET (9 | PRIVATE | 256)

static bool is_hostile; /* nothing of it can be read */

static bool read_own(void *context, uint64_t address, void *ret_bytes, size_t size)
{
	(void)context;
	if (is_hostile || address < 4096)
		return false;
	memcpy(ret_bytes, (const void *)(uintptr_t)address, size);
	return true;
}

static const struct wait_memory memory = {.read = read_own};

static struct probe_stand in_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
				  uint64_t e)
{
	struct probe_stand stand = {.flags = PROBE_STAND_BLOCKED, .call = number};
	stand.registers.dwarf[5] = a;
	stand.registers.dwarf[4] = b;
	stand.registers.dwarf[1] = c;
	stand.registers.dwarf[10] = d;
	stand.registers.dwarf[8] = e;
	return stand;
}

static struct waiting at_futex(const void *word, int operation, uint64_t value, uint64_t time_out,
			       enum libc_call in, bool glibc)
{
	struct probe_stand stand =
		in_call(SYS_futex, (uintptr_t)word, (uint64_t)operation, value, time_out, 0);
	return waits_find(&stand, in, glibc, &memory);
}

static struct waiting at_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			      uint64_t e)
{
	struct probe_stand stand = in_call(number, a, b, c, d, e);
	return waits_find(&stand, LIBC_NONE, true, &memory);
}

/* lock, count, owner, users, kind; then room, since a rwlock is looked for there. */
static int32_t words[32] __attribute__((aligned(16)));

static void set_mutex(int32_t lock, int32_t count, int32_t owner)
{
	memset(words, 0, sizeof(words));
	words[0] = lock;
	words[1] = count;
	words[2] = owner;
}

Test(waits, a_mutex_says_who_has_it)
{
	set_mutex(2, 0, 77);
	struct waiting waiting = at_futex(words, WAIT, 2, 0, LIBC_pthread_mutex_lock, true);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(u64, waiting.subject, (uintptr_t)words));
	cr_assert(eq(int, waiting.holder, 77));
	cr_assert(eq(u32, waiting.depth, 1));
	cr_assert(eq(u32, waiting.mode, TRACK_WAIT_MUTEX));
	cr_assert(not(waiting.timed));
}

Test(waits, a_recursive_mutex_says_how_often_it_was_taken)
{
	set_mutex(2, 3, 77);
	cr_assert(eq(u32, at_futex(words, WAIT, 2, 0, LIBC_pthread_mutex_lock, true).depth, 3));
}

Test(waits, a_mutex_that_is_free_by_now_has_nobody)
{
	set_mutex(0, 0, 77);
	cr_assert(eq(int, at_futex(words, WAIT, 2, 0, LIBC_pthread_mutex_lock, true).holder, 0));
}

Test(waits, memory_that_cannot_be_read_says_nothing)
{
	set_mutex(2, 0, 77);
	is_hostile = true;
	struct waiting waiting = at_futex(words, WAIT, 2, 0, LIBC_pthread_mutex_lock, true);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(int, waiting.holder, 0));
	waiting = at_futex(words, WAIT_BITSET, 2, 0, LIBC_pthread_rwlock_wrlock, true);
	cr_assert(eq(int, waiting.holder, 0));
}

Test(waits, a_time_out_is_one_that_is_given)
{
	set_mutex(2, 0, 77);
	cr_assert(at_futex(words, WAIT_BITSET, 2, 4096, LIBC_pthread_mutex_timedlock, true).timed);
}

Test(waits, in_musl_a_mutex_with_a_type_says_who_has_it)
{
	memset(words, 0, sizeof(words));
	words[0] = 1;
	words[1] = (int32_t)(77u | 1u << 31);
	struct waiting waiting = at_futex(&words[1], WAIT, 2, 0, LIBC_pthread_mutex_lock, false);
	cr_assert(eq(u64, waiting.subject, (uintptr_t)words));
	cr_assert(eq(int, waiting.holder, 77));
	words[0] = 0;
	words[1] = 16;
	cr_assert(
		eq(int, at_futex(&words[1], WAIT, 2, 0, LIBC_pthread_mutex_lock, false).holder, 0));
}

Test(waits, a_condition_begins_before_the_words_of_its_groups)
{
	for (int group = 0; group < 2; group++) {
		struct waiting waiting = at_futex(&words[10 + group], WAIT_BITSET, 0, 0,
						  LIBC_pthread_cond_wait, true);
		cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_CONDITION));
		cr_assert(eq(u64, waiting.subject, (uintptr_t)words));
	}
}

Test(waits, who_was_woken_from_a_condition_waits_for_its_mutex)
{
	set_mutex(2, 0, 77);
	struct waiting waiting = at_futex(words, WAIT, 2, 0, LIBC_pthread_cond_wait, true);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(int, waiting.holder, 77));
}

Test(waits, a_writer_of_a_lock_is_known)
{
	static const enum libc_call calls[] = {LIBC_pthread_rwlock_rdlock,
					       LIBC_pthread_rwlock_wrlock};
	memset(words, 0, sizeof(words));
	words[6] = 77;
	for (size_t i = 0; i < 2; i++) {
		struct waiting waiting = at_futex(&words[2 + i], WAIT_BITSET, 0, 0, calls[i], true);
		cr_assert(eq(int, (int)waiting.wait, i ? TRACK_WAIT_WRITE : TRACK_WAIT_READ));
		cr_assert(eq(u64, waiting.subject, (uintptr_t)words));
		cr_assert(eq(int, waiting.holder, 77));
		cr_assert(eq(u32, waiting.mode, TRACK_WAIT_WRITE));
	}
}

Test(waits, where_writers_go_first_readers_wait_at_the_lock_s_first_word)
{
	memset(words, 0, sizeof(words));
	words[12] = 2;
	cr_assert(eq(u64,
		     at_futex(words, WAIT_BITSET, 0, 0, LIBC_pthread_rwlock_rdlock, true).subject,
		     (uintptr_t)words));
}

Test(waits, a_join_tells_whose_end_it_waits_for)
{
	struct waiting waiting = at_futex(words, WAIT_BITSET, 77, 0, LIBC_pthread_join, true);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_THREAD));
	cr_assert(eq(int, waiting.joined, 77));
	cr_assert(eq(int, (int)waiting.call, TRACK_CALL_pthread_join));
}

Test(waits, the_kernel_has_the_owner_of_what_inherits_priority)
{
	uint32_t word = 77u | 1u << 31;
	struct waiting waiting = at_futex(&word, LOCK_PI, 0, 0, LIBC_NONE, false);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_MUTEX));
	cr_assert(eq(int, waiting.holder, 77));
}

Test(waits, of_what_is_no_lock_of_libc_only_the_word_is_known)
{
	struct waiting waiting = at_futex(words, WAIT, 2, 0, LIBC_NONE, true);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_FUTEX));
	cr_assert(eq(u64, waiting.subject, (uintptr_t)words));
	cr_assert(eq(int, waiting.holder, 0));
}

Test(waits, who_wakes_others_does_not_wait)
{
	cr_assert(eq(int, (int)at_futex(words, WAKE, 1, 0, LIBC_NONE, true).wait, TRACK_WAIT_NONE));
}

Test(waits, who_runs_or_is_of_32_bits_waits_for_nothing_that_is_known)
{
	struct probe_stand stand = in_call(SYS_futex, (uintptr_t)words, WAIT, 2, 0, 0);
	stand.flags = 0;
	cr_assert(eq(int, (int)waits_find(&stand, LIBC_NONE, true, &memory).wait, 0));
	stand.flags = PROBE_STAND_BLOCKED | PROBE_STAND_32_BIT;
	cr_assert(eq(int, (int)waits_find(&stand, LIBC_NONE, true, &memory).wait, 0));
	cr_assert(eq(int, (int)at_call(-1, 0, 0, 0, 0, 0).wait, 0));
	cr_assert(eq(int, (int)at_call(SYS_nanosleep, 0, 0, 0, 0, 0).wait, 0));
}

Test(waits, a_blocking_call_waits_for_its_descriptor)
{
	static const long calls[] = {SYS_read, SYS_recvfrom, SYS_recvmsg, SYS_accept4, SYS_connect};
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct waiting waiting = at_call(calls[i], 5, 0, 0, 0, 0);
		cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_DESCRIPTOR));
		cr_assert(eq(u64, waiting.subject, 5));
		cr_assert(eq(u64, waiting.other, 1));
		cr_assert(waiting.is_number);
		cr_assert(not(waiting.timed));
	}
	cr_assert(eq(int, (int)at_call(SYS_read, 5, 0, 0, 0, 0).call, TRACK_CALL_read));
}

Test(waits, poll_is_for_as_many_as_it_was_given)
{
	struct pollfd polled[3] = {{.fd = -1}, {.fd = 8}, {.fd = 9}};
	struct waiting waiting = at_call(SYS_poll, (uintptr_t)polled, 3, UINT64_MAX, 0, 0);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_DESCRIPTOR));
	cr_assert(eq(u64, waiting.subject, 8));
	cr_assert(eq(u64, waiting.other, 3));
	cr_assert(not(waiting.timed));
	cr_assert(not(waiting.is_number));
	cr_assert(at_call(SYS_poll, (uintptr_t)polled, 3, 50, 0, 0).timed);
	cr_assert(at_call(SYS_ppoll, (uintptr_t)polled, 3, 4096, 0, 0).timed);
	cr_assert(eq(int, (int)at_call(SYS_poll, 0, 0, UINT64_MAX, 0, 0).wait, TRACK_WAIT_NONE));
}

Test(waits, poll_of_memory_that_is_not_there_ends)
{
	struct waiting waiting = at_call(SYS_poll, 8, UINT64_MAX, UINT64_MAX, 0, 0);
	cr_assert(eq(u64, waiting.subject, UINT64_MAX));
	cr_assert(not(waiting.is_number));
}

Test(waits, select_is_for_what_is_in_any_of_its_sets)
{
	fd_set readable, writable;
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_SET(70, &readable);
	FD_SET(4, &writable);
	struct waiting waiting =
		at_call(SYS_select, 71, (uintptr_t)&readable, (uintptr_t)&writable, 0, 0);
	cr_assert(eq(u64, waiting.subject, 4));
	cr_assert(eq(u64, waiting.other, 2));
	cr_assert(at_call(SYS_select, 71, (uintptr_t)&readable, 0, 0, 4096).timed);
	cr_assert(eq(int, (int)at_call(SYS_select, 0, 0, 0, 0, 0).wait, TRACK_WAIT_NONE));
}

Test(waits, epoll_ends_by_itself_if_it_has_a_time_out)
{
	cr_assert(not(at_call(SYS_epoll_wait, 5, 0, 1, (uint32_t)-1, 0).timed));
	cr_assert(at_call(SYS_epoll_wait, 5, 0, 1, 0, 0).timed);
	cr_assert(not(at_call(SYS_epoll_pwait2, 5, 0, 1, 0, 0).timed));
	cr_assert(at_call(SYS_epoll_pwait2, 5, 0, 1, 4096, 0).timed);
}

Test(waits, a_child_s_end_is_waited_for_by_its_number)
{
	struct waiting waiting = at_call(SYS_wait4, 4711, 0, 0, 0, 0);
	cr_assert(eq(int, (int)waiting.wait, TRACK_WAIT_CHILD));
	cr_assert(eq(u64, waiting.subject, 4711));
	cr_assert(not(waiting.is_number));
}
