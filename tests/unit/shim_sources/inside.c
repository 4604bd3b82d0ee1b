/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that a thread is inside of, and what they are told to send through. */
#include <inside.c>

#include <criterion/criterion.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#define DEEP __attribute__((noinline, noclone))

static char told[1024];
static bool own_stack = true;

bool stack_is_own(uintptr_t address)
{
	(void)address;
	return own_stack;
}

void track_shim_annotate(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
			 const char *text)
{
	(void)text;
	cr_assert_eq(arg, TRACK_HINTED | TRACK_FROM_PACK);
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%d/%d:%d>%d ",
		 (int)(uint8_t)what, (int)(uint8_t)(what >> 8), (int)subject, (int)other);
}

static DEEP void shake(uint64_t thing, uint64_t scope)
{
	bool inside = track_shim_pack_enter(TRACK_KIND_OBJECT, thing);

	track_shim_pack_carry(scope);
	if (inside)
		track_shim_pack_leave();
}

Test(inside, who_is_inside_is_told_to_belong)
{
	shake(1, 9);
	cr_assert_str_eq(told, "18/2:1>9 ");
}

Test(inside, a_pair_is_told_once)
{
	for (int i = 0; i < 3; i++) {
		shake(1, 9);
		shake(2, 9);
		shake(1, 8);
	}
	cr_assert_str_eq(told, "18/2:1>9 18/2:2>9 18/2:1>8 ");
}

Test(inside, another_one_at_the_same_place_is_told_again)
{
	shake(1, 9);
	inside_turn(1);
	shake(1, 9);
	inside_turn(9);
	shake(1, 9);
	cr_assert_str_eq(told, "18/2:1>9 18/2:1>9 18/2:1>9 ");
}

Test(inside, nothing_is_told_outside)
{
	shake(1, 9);
	told[0] = '\0';
	track_shim_pack_carry(7);
	cr_assert_str_eq(told, "");
}

static DEEP void nest(int depth)
{
	volatile bool inside = track_shim_pack_enter(TRACK_KIND_OBJECT, (uint64_t)depth);

	if (depth > 1)
		nest(depth - 1);
	else
		track_shim_pack_carry(100);
	if (inside)
		track_shim_pack_leave();
}

Test(inside, all_calls_in_each_other_count_as_far_as_there_is_room)
{
	nest(3);
	cr_assert_str_eq(told, "18/2:3>100 18/2:2>100 18/2:1>100 ");
	told[0] = '\0';
	nest(40);
	cr_assert_eq(tls.count, 0);
	nest(2);
	cr_assert_not_null(strstr(told, "18/2:40>100"));
}

static jmp_buf back;

static DEEP void jump(uint64_t thing)
{
	track_shim_pack_enter(TRACK_KIND_OBJECT, thing);
	longjmp(back, 1);
}

Test(inside, what_was_left_by_longjmp_is_over)
{
	for (volatile int i = 0; i < 100; i++)
		if (!setjmp(back))
			jump(5);
	track_shim_pack_carry(9);
	cr_assert_str_eq(told, "");
	cr_assert_eq(tls.count, 0);
}

Test(inside, on_another_stack_nothing_is_compared)
{
	own_stack = false;
	if (!setjmp(back))
		jump(5);
	track_shim_pack_carry(9);
	cr_assert_str_eq(told, "18/2:5>9 ");
}
