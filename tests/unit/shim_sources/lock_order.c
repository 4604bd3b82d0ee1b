/* SPDX-License-Identifier: Apache-2.0 */
/* The hash tables of locks' orders and of who woke whom, in one group each. */
#include <lock_order.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct track_lock_order group[TABLES_ORDER_GROUP];
static bool is_ready = true;

struct track_lock_order *tables_orders(uint64_t hash, bool make)
{
	(void)hash;
	return is_ready && make ? group : NULL;
}

uint32_t tables_order_groups(void)
{
	return 1;
}

struct track_lock_order *tables_order_group(uint32_t index)
{
	return is_ready && index == 0 ? group : NULL;
}

static struct track_standing standing;

static void hold(uint64_t lock, enum track_wait mode)
{
	standing.held[standing.held_count++] =
		(struct track_held){.lock = lock, .caller = lock + 1, .mode = mode, .depth = 1};
}

static void take(uint64_t lock, enum track_wait mode)
{
	const struct track_held second = {.lock = lock, .caller = lock + 1, .mode = mode};
	lock_order_tell(&standing, &second);
}

static const struct track_lock_order *find(uint64_t first, uint64_t second)
{
	for (size_t i = 0; i < TABLES_ORDER_GROUP; i++)
		if (group[i].first == first && group[i].second == second)
			return &group[i];
	return NULL;
}

static size_t count(void)
{
	size_t found = 0;
	for (size_t i = 0; i < TABLES_ORDER_GROUP; i++)
		found += group[i].first != 0;
	return found;
}

Test(lock_order, each_lock_that_is_held_comes_before)
{
	standing.tid = 7;
	hold(10, TRACK_WAIT_MUTEX);
	hold(20, TRACK_WAIT_WRITE);
	take(30, TRACK_WAIT_MUTEX);
	cr_assert(eq(sz, count(), 2));
	cr_assert(ne(ptr, (void *)find(10, 30), NULL));
	const struct track_lock_order *order = find(20, 30);
	cr_assert(ne(ptr, (void *)order, NULL));
	cr_expect(eq(u64, order->guard, 10));
	cr_expect(eq(u64, order->first_caller, 21));
	cr_expect(eq(u64, order->second_caller, 31));
	cr_expect(eq(u32, order->tid, 7));
}

Test(lock_order, the_same_again_takes_no_room_and_tells_of_others)
{
	standing.tid = 7;
	hold(10, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u32, find(10, 30)->flags, 0));
	standing.tid = 8;
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(sz, count(), 1));
	cr_expect(eq(u32, find(10, 30)->flags, TRACK_LOCK_ORDER_MANY));
	cr_expect(eq(u32, find(10, 30)->tid, 7));
}

Test(lock_order, a_guard_is_one_only_if_it_was_there_each_time)
{
	hold(5, TRACK_WAIT_MUTEX);
	hold(10, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u64, find(10, 30)->guard, 5));
	standing.held[0].lock = 6;
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u64, find(10, 30)->guard, 0));
}

Test(lock_order, who_only_reads_waits_for_no_reader)
{
	hold(10, TRACK_WAIT_READ);
	take(20, TRACK_WAIT_READ);
	cr_expect(eq(sz, count(), 0));
	take(20, TRACK_WAIT_WRITE);
	cr_expect(eq(sz, count(), 1));
}

Test(lock_order, who_holds_very_many_is_not_told_of)
{
	for (uint64_t lock = 1; lock <= DEEPEST + 1; lock++)
		hold(lock, TRACK_WAIT_MUTEX);
	take(100, TRACK_WAIT_MUTEX);
	cr_expect(eq(sz, count(), 0));
}

Test(lock_order, a_full_table_takes_no_more_and_one_that_is_not_ready_nothing)
{
	hold(10, TRACK_WAIT_MUTEX);
	for (uint64_t lock = 1000; lock < 3000; lock++)
		take(lock, TRACK_WAIT_MUTEX);
	cr_expect(le(sz, count(), TABLES_ORDER_GROUP));
	cr_expect(gt(sz, count(), TABLES_ORDER_GROUP / 2));
	memset(group, 0, sizeof(group));
	is_ready = false;
	take(5, TRACK_WAIT_MUTEX);
	lock_order_forget(5);
	cr_expect(eq(sz, count(), 0));
}

Test(lock_order, what_is_forgotten_is_in_no_order_and_its_place_is_free)
{
	hold(5, TRACK_WAIT_MUTEX);
	hold(10, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	lock_order_forget(30);
	cr_expect(eq(sz, count(), 0));
	take(40, TRACK_WAIT_MUTEX);
	lock_order_forget(999);
	cr_expect(eq(sz, count(), 2));
	lock_order_forget(5); /* a guard that is gone guards nothing more */
	cr_expect(eq(sz, count(), 0));
	for (uint64_t i = 0; i < 10 * TABLES_ORDER_GROUP; i++) {
		take(1000 + i, TRACK_WAIT_MUTEX);
		lock_order_forget(1000 + i);
	}
	take(50, TRACK_WAIT_MUTEX);
	cr_expect(eq(sz, count(), 2));
}
