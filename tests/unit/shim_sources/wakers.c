/* SPDX-License-Identifier: Apache-2.0 */
/* Who woke whom last, in a table of one group. */
#include <wakers.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct track_waker group[TABLES_WAKER_GROUP];
static uint64_t now_ns = 100;

struct track_waker *tables_wakers(uint64_t hash, bool make)
{
	(void)hash;
	(void)make;
	return group;
}

uint64_t clock_ns(void)
{
	return ++now_ns;
}

static const struct track_waker *find(uint64_t subject)
{
	for (size_t i = 0; i < TABLES_WAKER_GROUP; i++)
		if (group[i].subject == subject)
			return &group[i];
	return NULL;
}

static void wake(uint64_t subject, uint32_t tid)
{
	const struct writer writer = {.tid = tid};
	waker_tell(&writer, (const void *)subject, (const void *)(subject + 1));
}

Test(wakers, the_last_one_counts_and_all_are_counted)
{
	wake(64, 1);
	wake(128, 1);
	wake(64, 2);
	const struct track_waker *waker = find(64);
	cr_assert(ne(ptr, (void *)waker, NULL));
	cr_expect(eq(u32, waker->tid, 2));
	cr_expect(eq(u32, waker->count, 2));
	cr_expect(eq(u64, waker->time_ns, 103));
	cr_expect(eq(u64, waker->caller, 65));
	cr_expect(eq(u32, find(128)->count, 1));
}

Test(wakers, where_all_is_taken_the_oldest_makes_room)
{
	for (uint64_t subject = 1; subject <= 5000; subject++)
		wake(subject * 64, 1);
	wake(7, 3);
	cr_assert(ne(ptr, (void *)find(7), NULL));
	cr_expect(eq(u32, find(7)->count, 1));
	cr_expect(ne(ptr, (void *)find(5000 * 64), NULL));
	cr_expect(eq(ptr, (void *)find(64), NULL));
}

Test(wakers, what_is_gone_was_woken_by_nobody)
{
	wake(64, 1);
	waker_forget((const void *)64);
	cr_expect(eq(ptr, (void *)find(64), NULL));
	wake(64, 1);
	cr_expect(eq(u32, find(64)->count, 1));
}
