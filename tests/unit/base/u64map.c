/* SPDX-License-Identifier: Apache-2.0 */
#include <base/u64map.h>

#include <criterion/criterion.h>

#define MANY 20000u

/* Odd multiplier: distinct keys, spread or dense as a test wants. */
static uint64_t spread_key(uint64_t number)
{
	return number * 0x9e3779b97f4a7c15u;
}

Test(u64map, an_empty_map_finds_nothing)
{
	struct u64map map = {0};
	size_t cursor = 0;
	uint64_t key, value;

	cr_expect_null(u64map_get(&map, 0));
	cr_expect_not(u64map_remove(&map, 0));
	cr_expect_not(u64map_next(&map, &cursor, &key, &value));
	u64map_finish(&map);
}

Test(u64map, zero_and_the_highest_key_are_keys_like_others)
{
	struct u64map map = {0};

	cr_assert_eq(u64map_put(&map, 0, 10), 0);
	cr_assert_eq(u64map_put(&map, UINT64_MAX, 0), 0);
	cr_assert_not_null(u64map_get(&map, 0));
	cr_expect_eq(*u64map_get(&map, 0), 10);
	cr_assert_not_null(u64map_get(&map, UINT64_MAX));
	cr_expect_eq(*u64map_get(&map, UINT64_MAX), 0);
	cr_expect_null(u64map_get(&map, 1));
	u64map_finish(&map);
}

Test(u64map, a_put_overwrites_and_does_not_count_twice)
{
	struct u64map map = {0};

	cr_assert_eq(u64map_put(&map, 7, 1), 0);
	cr_assert_eq(u64map_put(&map, 7, 2), 0);
	cr_expect_eq(map.count, 1);
	cr_expect_eq(*u64map_get(&map, 7), 2);
	u64map_finish(&map);
}

Test(u64map, a_value_can_be_changed_in_place)
{
	struct u64map map = {0};

	cr_assert_eq(u64map_put(&map, 7, 1), 0);
	*u64map_get(&map, 7) += 41;
	cr_expect_eq(*u64map_get(&map, 7), 42);
	u64map_finish(&map);
}

Test(u64map, growth_keeps_all_entries)
{
	struct u64map map = {0};

	for (uint64_t i = 0; i < MANY; i++)
		cr_assert_eq(u64map_put(&map, spread_key(i), i), 0);
	cr_expect_eq(map.count, MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		uint64_t *value = u64map_get(&map, spread_key(i));
		cr_assert(value != NULL && *value == i, "entry %lu", (unsigned long)i);
	}
	cr_expect_null(u64map_get(&map, spread_key(MANY)));
	u64map_finish(&map);
}

Test(u64map, a_removed_key_is_gone_and_the_others_stay)
{
	struct u64map map = {0};

	for (uint64_t i = 0; i < MANY; i++)
		cr_assert_eq(u64map_put(&map, i * 4096, i), 0);
	for (uint64_t i = 0; i < MANY; i += 2)
		cr_assert(u64map_remove(&map, i * 4096));
	cr_expect_not(u64map_remove(&map, 0));
	cr_expect_eq(map.count, MANY / 2);
	for (uint64_t i = 0; i < MANY; i++)
		cr_assert_eq(u64map_get(&map, i * 4096) != NULL, i % 2 == 1);
	u64map_finish(&map);
}

Test(u64map, endless_puts_and_removes_do_not_make_it_grow)
{
	struct u64map map = {0};

	for (uint64_t i = 0; i < 50 * MANY; i++) {
		cr_assert_eq(u64map_put(&map, spread_key(i), i), 0);
		if (i >= 8)
			cr_assert(u64map_remove(&map, spread_key(i - 8)));
	}
	cr_expect_eq(map.count, 8);
	cr_expect_leq(map.capacity, 64);
	u64map_finish(&map);
}

Test(u64map, dense_keys_do_not_cluster)
{
	struct u64map map = {0};
	uint64_t *found = NULL;

	/* Page-aligned addresses: a mixer that drops high bits would need 10^10 steps. */
	for (uint64_t i = 0; i < 10 * MANY; i++)
		cr_assert_eq(u64map_put(&map, i << 44, i), 0);
	for (uint64_t i = 0; i < 10 * MANY; i++)
		found = u64map_get(&map, i << 44);
	cr_expect_not_null(found);
	u64map_finish(&map);
}

Test(u64map, stepping_visits_every_entry_once)
{
	struct u64map map = {0};
	uint64_t key, value, sum = 0;
	size_t cursor = 0, visits = 0;

	for (uint64_t i = 1; i <= 100; i++)
		cr_assert_eq(u64map_put(&map, spread_key(i), i), 0);
	cr_assert(u64map_remove(&map, spread_key(50)));
	while (u64map_next(&map, &cursor, &key, &value)) {
		cr_expect_eq(key, spread_key(value));
		sum += value;
		visits++;
	}
	cr_expect_eq(visits, 99);
	cr_expect_eq(sum, 5050 - 50);
	u64map_finish(&map);
}

Test(u64map, a_finished_map_is_empty_and_usable)
{
	struct u64map map = {0};

	cr_assert_eq(u64map_put(&map, 1, 1), 0);
	u64map_finish(&map);
	cr_expect_null(u64map_get(&map, 1));
	cr_assert_eq(u64map_put(&map, 2, 2), 0);
	cr_expect_eq(*u64map_get(&map, 2), 2);
	u64map_finish(&map);
}
