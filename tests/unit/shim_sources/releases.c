/* SPDX-License-Identifier: Apache-2.0 */
/* Which release is the last one. */
#include <releases.c>

#include <criterion/criterion.h>

#define THING 0x7f0000001000u

/* Other subjects in the same stripe. */
static uint64_t neighbour(unsigned number)
{
	uint64_t subject = THING;

	while (number)
		number -= stripe_of(subject += 16) == stripe_of(THING);
	return subject;
}

Test(releases, one_after_the_other_the_count_says_it)
{
	uint32_t count = 2;

	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	count--;
	track_shim_pack_released(THING);
	cr_assert(track_shim_pack_last(THING, &count, 32));
}

Test(releases, of_two_at_once_the_second_is_the_last)
{
	uint32_t count = 2;

	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	cr_assert(track_shim_pack_last(THING, &count, 32));
}

Test(releases, whether_the_first_has_counted_down_makes_no_difference)
{
	uint32_t count = 3;

	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	count--;
	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	count--;
	cr_assert(track_shim_pack_last(THING, &count, 32));
}

Test(releases, what_was_retained_meanwhile_lives)
{
	uint32_t count = 2;

	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	count += 2;
	cr_assert_not(track_shim_pack_last(THING, &count, 32));
}

Test(releases, what_comes_to_lie_there_later_begins_anew)
{
	uint32_t count = 1;

	cr_assert(track_shim_pack_last(THING, &count, 32));
	track_shim_pack_released(THING);
	count = 2;
	cr_assert_not(track_shim_pack_last(THING, &count, 32));
}

Test(releases, others_do_not_count)
{
	uint64_t count = 2;

	for (unsigned i = 1; i <= NEIGHBOURS + 2; i++)
		cr_assert_not(track_shim_pack_last(neighbour(i), &count, 64));
	cr_assert_not(track_shim_pack_last(THING, &count, 64), "its stripe is full");
	count = 1;
	cr_assert(track_shim_pack_last(THING, &count, 64));
	track_shim_pack_released(THING);
	count = 2;
	cr_assert(track_shim_pack_last(neighbour(1), &count, 64), "one is under way");
}

Test(releases, a_forked_child_has_none_under_way)
{
	uint32_t count = 2;

	cr_assert_not(track_shim_pack_last(THING, &count, 32));
	releases_restart();
	cr_assert_not(track_shim_pack_last(THING, &count, 32));
}

Test(releases, large_counts_are_judged_alone)
{
	uint32_t count = 1000;

	for (int i = 0; i < 600; i++)
		cr_assert_not(track_shim_pack_last(THING, &count, 32));
}
