/* SPDX-License-Identifier: Apache-2.0 */
/* Which lock it is that lies at an address. */
#include <lock_birth.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MODULE 0x7f0000400000u
#define MODULE_END 0x7f0000500000u
#define HEAP 0x7f1000000010u

static bool is_loaded = true;
static uint64_t lost;

bool modules_have(uint64_t address)
{
	return is_loaded && address >= MODULE && address < MODULE_END;
}

void spool_note(enum track_note note, uint64_t count)
{
	lost += note == TRACK_NOTE_ORDERS_LOST ? count : 0;
}

Test(lock_birth, a_lock_whose_beginning_nobody_saw_may_be_any)
{
	cr_expect(eq(u32, lock_birth_get(HEAP), 0));
	cr_expect(eq(u32, lock_birth_find(HEAP), 0));
}

Test(lock_birth, one_that_was_initialised_is_known_until_it_is_destroyed)
{
	lock_birth_renew(HEAP);
	cr_expect(eq(u32, lock_birth_find(HEAP), 0), "nobody asked");
	uint32_t birth = lock_birth_get(HEAP);
	cr_expect(ne(u32, birth, 0));
	cr_expect(eq(u32, lock_birth_get(HEAP), birth));
	cr_expect(eq(u32, lock_birth_find(HEAP), birth));
	lock_birth_forget(HEAP);
	cr_expect(eq(u32, lock_birth_find(HEAP), 0));
	cr_expect(eq(u32, lock_birth_get(HEAP), 0));
}

Test(lock_birth, one_that_is_initialised_again_is_another)
{
	lock_birth_renew(HEAP);
	uint32_t before = lock_birth_get(HEAP);
	lock_birth_renew(HEAP);
	uint32_t after = lock_birth_get(HEAP);
	cr_expect(ne(u32, after, 0));
	cr_expect(ne(u32, after, before));
}

Test(lock_birth, one_that_was_used_before_it_was_initialised_is_known_from_then_on)
{
	cr_expect(eq(u32, lock_birth_get(HEAP), 0));
	lock_birth_renew(HEAP);
	cr_expect(ne(u32, lock_birth_get(HEAP), 0));
}

Test(lock_birth, what_lies_in_a_module_is_always_there)
{
	uint32_t birth = lock_birth_get(MODULE);
	cr_expect(ne(u32, birth, 0));
	cr_expect(ne(u32, lock_birth_get(MODULE_END - 8), birth));
	cr_expect(eq(u32, lock_birth_get(MODULE_END), 0));
}

Test(lock_birth, one_in_a_module_that_was_destroyed_is_another_when_it_comes_again)
{
	uint32_t before = lock_birth_get(MODULE);
	lock_birth_forget(MODULE);
	cr_expect(ne(u32, lock_birth_get(MODULE), before));
	cr_expect(ne(u32, lock_birth_get(MODULE), 0));
}

Test(lock_birth, what_is_loaded_where_another_module_was_has_other_locks)
{
	uint32_t before = lock_birth_get(MODULE + 8), beside = lock_birth_get(MODULE_END - 8);
	lock_birth_forget_between(MODULE, MODULE_END - 8);
	cr_expect(ne(u32, lock_birth_get(MODULE + 8), before));
	cr_expect(eq(u32, lock_birth_get(MODULE_END - 8), beside));
}

Test(lock_birth, what_lay_in_a_module_that_went_is_not_known_any_more)
{
	lock_birth_renew(MODULE + 8);
	lock_birth_get(MODULE + 8);
	is_loaded = false;
	cr_expect(ne(u32, lock_birth_get(MODULE + 8), 0));
	lock_birth_forget_between(MODULE, MODULE_END);
	cr_expect(eq(u32, lock_birth_get(MODULE + 8), 0));
}

Test(lock_birth, a_module_that_comes_late_makes_its_locks_known)
{
	is_loaded = false;
	cr_expect(eq(u32, lock_birth_get(MODULE + 8), 0));
	is_loaded = true;
	lock_birth_forget_between(MODULE, MODULE_END);
	cr_expect(ne(u32, lock_birth_get(MODULE + 8), 0));
}

Test(lock_birth, neighbours_are_not_taken_for_each_other)
{
	for (uint64_t i = 0; i < 4096; i += 2)
		lock_birth_renew(HEAP + 8 * i);
	for (uint64_t i = 0; i < 4096; i++)
		cr_assert(eq(int, lock_birth_get(HEAP + 8 * i) != 0, i % 2 == 0));
}

/* One far away whose place is the same. */
static uint64_t rival_of(uint64_t lock, bool of_same_tag)
{
	uint8_t tag, other_tag, *at = seen_at(lock, &tag);
	for (uint64_t rival = lock + SEEN * 8;; rival += 8) {
		bool is_one = seen_at(rival, &other_tag) == at && (tag == other_tag) == of_same_tag;
		if (is_one)
			return rival;
	}
}

Test(lock_birth, of_two_at_one_place_only_the_later_is_known)
{
	uint64_t rival = rival_of(HEAP, false);
	lock_birth_renew(HEAP);
	cr_expect(eq(u32, lock_birth_get(rival), 0));
	lock_birth_forget(rival);
	cr_expect(ne(u32, lock_birth_get(HEAP), 0), "the end of another one");
	lock_birth_renew(rival);
	lock_birth_forget_between(0, UINT64_MAX);
	lock_birth_renew(rival);
	cr_expect(eq(u32, lock_birth_get(HEAP), 0));
	cr_expect(ne(u32, lock_birth_get(rival), 0));
}

Test(lock_birth, a_full_table_puts_out_and_counts_what_is_known)
{
	for (uint64_t i = 0; i < 4 * LOCKS; i++)
		lock_birth_get(HEAP + 8 * i);
	cr_expect(eq(u64, lost, 0), "nothing was known of them");
	for (uint64_t i = 0; i < 4 * LOCKS; i++)
		lock_birth_get(MODULE + 8 * i);
	cr_expect(ge(u64, lost, 2 * LOCKS));
	uint32_t births = 0;
	for (uint64_t i = 0; i < 4 * LOCKS; i++)
		births += lock_birth_find(MODULE + 8 * i) != 0;
	cr_expect(eq(u64, births, 4 * LOCKS - lost));
}

Test(lock_birth, one_that_was_put_out_is_another_when_it_comes_again)
{
	uint32_t before = lock_birth_get(MODULE);
	for (uint64_t i = 1; lock_birth_find(MODULE); i++)
		lock_birth_get(MODULE + 8 * i);
	uint32_t after = lock_birth_get(MODULE);
	cr_expect(ne(u32, after, 0));
	cr_expect(ne(u32, after, before));
}
