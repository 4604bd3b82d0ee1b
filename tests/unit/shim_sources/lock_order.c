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

static uint64_t lost;

void spool_note(enum track_note note, uint64_t count)
{
	lost += note == TRACK_NOTE_ORDERS_LOST ? count : 0;
}

/* What lies at small addresses: its number there, and whether anybody asked since it began. */
static struct {
	uint32_t birth;
	bool is_known, is_uncertain;
} places_of_locks[16384];

uint32_t lock_birth_find(uint64_t lock)
{
	return places_of_locks[lock].is_known ? places_of_locks[lock].birth + 1 : 0;
}

uint32_t lock_birth_get(uint64_t lock)
{
	places_of_locks[lock].is_known = !places_of_locks[lock].is_uncertain;
	return lock_birth_find(lock);
}

static void end(uint64_t lock)
{
	places_of_locks[lock].birth++;
	places_of_locks[lock].is_known = false;
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

/* What a lock is in a guard. */
static uint64_t bit(uint64_t lock)
{
	return 1ull << (lock_hash(lock) >> 58);
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
	cr_expect(eq(u64, order->guard, bit(10)));
	cr_expect(eq(u64, order->first_caller, 21));
	cr_expect(eq(u64, order->second_caller, 31));
	cr_expect(eq(u32, order->tid, 7));
}

Test(lock_order, it_says_of_both_which_of_those_there_they_are)
{
	end(20);
	hold(10, TRACK_WAIT_MUTEX);
	take(20, TRACK_WAIT_MUTEX);
	cr_expect(eq(u32, find(10, 20)->first_birth, 1));
	cr_expect(eq(u32, find(10, 20)->second_birth, 2));
	end(10);
	take(20, TRACK_WAIT_MUTEX);
	cr_expect(eq(u32, find(10, 20)->first_birth, 2));
	cr_expect(eq(sz, count(), 1));
}

Test(lock_order, of_a_lock_that_may_be_another_one_nothing_is_told)
{
	places_of_locks[10].is_uncertain = true;
	hold(10, TRACK_WAIT_MUTEX);
	hold(20, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	take(10, TRACK_WAIT_MUTEX);
	cr_expect(eq(sz, count(), 1));
	cr_expect(ne(ptr, (void *)find(20, 30), NULL));
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
	cr_assert(ne(u64, bit(5), bit(6)));
	cr_assert(ne(u64, bit(5), bit(7)));
	hold(5, TRACK_WAIT_MUTEX);
	hold(6, TRACK_WAIT_WRITE);
	hold(10, TRACK_WAIT_MUTEX);
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u64, find(10, 30)->guard, bit(5) | bit(6)));
	standing.held[0].lock = 7;
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u64, find(10, 30)->guard, bit(6)));
	standing.held[1].lock = 5;
	take(30, TRACK_WAIT_MUTEX);
	cr_expect(eq(u64, find(10, 30)->guard, 0));
}

Test(lock_order, a_lock_that_others_read_too_is_no_guard)
{
	hold(5, TRACK_WAIT_READ);
	hold(10, TRACK_WAIT_MUTEX);
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

Test(lock_order, a_full_table_makes_room_and_counts_what_it_puts_out)
{
	hold(10, TRACK_WAIT_MUTEX);
	for (uint64_t lock = 1000; lock < 3000; lock++) {
		take(lock, TRACK_WAIT_MUTEX);
		cr_assert(ne(ptr, (void *)find(10, lock), NULL), "%llu", (unsigned long long)lock);
	}
	cr_expect(ge(sz, count() + lost, 2000));
	cr_expect(le(sz, lost, 2000));
	cr_expect(gt(sz, count(), TABLES_ORDER_GROUP / 2));
}

static void take_in_both_orders(uint64_t one, uint64_t other)
{
	for (uint32_t tid = 7; tid <= 8; tid++) {
		standing.tid = tid;
		standing.held_count = 0;
		hold(tid == 7 ? one : other, TRACK_WAIT_MUTEX);
		take(tid == 7 ? other : one, TRACK_WAIT_MUTEX);
	}
	standing.held_count = 0;
}

Test(lock_order, two_threads_that_can_meet_are_not_put_out)
{
	take_in_both_orders(10, 20);
	hold(10, TRACK_WAIT_MUTEX);
	for (uint64_t lock = 1000; lock < 9000; lock++)
		take(lock, TRACK_WAIT_MUTEX);
	cr_expect(ne(ptr, (void *)find(10, 20), NULL));
	cr_expect(ne(ptr, (void *)find(20, 10), NULL));
}

Test(lock_order, a_table_that_is_not_ready_takes_nothing)
{
	is_ready = false;
	hold(10, TRACK_WAIT_MUTEX);
	take(5, TRACK_WAIT_MUTEX);
	cr_expect(eq(sz, count(), 0));
}

Test(lock_order, what_was_another_lock_at_that_place_has_no_other_order)
{
	hold(10, TRACK_WAIT_MUTEX);
	take(20, TRACK_WAIT_MUTEX);
	end(10);
	standing.held_count = 0;
	hold(20, TRACK_WAIT_MUTEX);
	take(10, TRACK_WAIT_MUTEX);
	cr_expect(ne(ptr, (void *)find(20, 10), NULL));
	cr_expect(eq(ptr, (void *)find(10, 20), NULL));
}

Test(lock_order, whichever_of_both_it_was)
{
	hold(10, TRACK_WAIT_MUTEX);
	take(20, TRACK_WAIT_MUTEX);
	end(20);
	standing.held_count = 0;
	hold(20, TRACK_WAIT_MUTEX);
	take(10, TRACK_WAIT_MUTEX);
	cr_expect(eq(ptr, (void *)find(10, 20), NULL));
}

Test(lock_order, two_locks_that_ended_as_often_are_not_taken_for_each_other)
{
	end(10);
	hold(10, TRACK_WAIT_MUTEX);
	take(20, TRACK_WAIT_MUTEX);
	end(20);
	standing.held_count = 0;
	standing.tid = 8;
	places_of_locks[10].birth = 0;
	hold(20, TRACK_WAIT_MUTEX);
	take(10, TRACK_WAIT_MUTEX);
	cr_expect(ne(ptr, (void *)find(20, 10), NULL));
	cr_expect(eq(ptr, (void *)find(10, 20), NULL));
}

Test(lock_order, two_threads_that_could_meet_are_told_of_when_the_locks_are_gone)
{
	take_in_both_orders(10, 20);
	end(10);
	end(20);
	hold(10, TRACK_WAIT_MUTEX);
	take(20, TRACK_WAIT_MUTEX);
	cr_expect(eq(u32, find(10, 20)->tid, 7));
	cr_expect(eq(u32, find(20, 10)->tid, 8));
}

Test(lock_order, locks_that_are_gone_take_no_room_of_others)
{
	hold(10, TRACK_WAIT_MUTEX);
	for (uint64_t i = 0; i < 10 * TABLES_ORDER_GROUP; i++) {
		take(1000 + i, TRACK_WAIT_MUTEX);
		end(1000 + i);
	}
	take(50, TRACK_WAIT_MUTEX);
	cr_expect(ne(ptr, (void *)find(10, 50), NULL));
	cr_expect(eq(u64, lost, 0));
}

Test(lock_order, nor_do_those_that_were_taken_first)
{
	for (uint64_t i = 0; i < 10 * TABLES_ORDER_GROUP; i++) {
		standing.held_count = 0;
		hold(1000 + i, TRACK_WAIT_MUTEX);
		take(10, TRACK_WAIT_MUTEX);
		end(1000 + i);
	}
	cr_expect(eq(u64, lost, 0));
}
