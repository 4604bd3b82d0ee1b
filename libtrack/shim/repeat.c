/* SPDX-License-Identifier: Apache-2.0 */
#include "repeat.h"

#define BITS 10
#define FIRST 16	/* calls recorded of a callback before any is left out */
#define LEFT_OUT_MAX 63 /* this often a call is recorded all the same */

/*
 * Callbacks armed for many calls, by a hash of their ids. One that another one pushed out has all
 * of its calls recorded. Of two that are written at once the mixture is nobody's, since no arming
 * has the number of another.
 */
static struct place {
	uint64_t callback;
	uint64_t arming;
} places[1 << BITS];

/* Who was ever said to own something, by a hash: what is said of others makes no call late. */
static uint64_t owners[1 << 10];

static uint64_t armings;
static uint64_t turn; /* see repeat_turn */

static uint64_t hash(uint64_t callback)
{
	return callback * 0x9e3779b97f4a7c15u;
}

static struct place *place_of(uint64_t callback)
{
	return &places[hash(callback) >> (64 - BITS)];
}

static bool is_at(const struct place *place, uint64_t callback)
{
	return __atomic_load_n(&place->callback, __ATOMIC_ACQUIRE) == callback;
}

static uint64_t new_arming(void)
{
	return __atomic_add_fetch(&armings, 1, __ATOMIC_RELAXED);
}

void repeat_expect(uint64_t callback)
{
	struct place *place = place_of(callback);
	__atomic_store_n(&place->callback, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&place->arming, new_arming(), __ATOMIC_RELEASE);
	__atomic_store_n(&place->callback, callback, __ATOMIC_RELEASE);
}

void repeat_owned(uint64_t callback)
{
	if (is_at(place_of(callback), callback))
		repeat_expect(callback);
}

void repeat_forget(uint64_t callback)
{
	struct place *place = place_of(callback);
	if (is_at(place, callback))
		__atomic_store_n(&place->callback, 0, __ATOMIC_RELEASE);
}

static uint64_t *owner_word(uint64_t subject, uint64_t *ret_bit)
{
	uint64_t mixed = hash(subject) >> 48;
	*ret_bit = 1ull << mixed % 64;
	return &owners[mixed / 64];
}

void repeat_owner(uint64_t subject)
{
	uint64_t bit, *word = owner_word(subject, &bit);
	if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & bit))
		__atomic_fetch_or(word, bit, __ATOMIC_RELEASE);
}

void repeat_turn(uint64_t subject)
{
	uint64_t bit, *word = owner_word(subject, &bit);
	if (__atomic_load_n(word, __ATOMIC_ACQUIRE) & bit)
		__atomic_fetch_add(&turn, 1, __ATOMIC_ACQ_REL);
}

static struct repeat *repeat_of(struct repeats *repeats, uint64_t callback)
{
	return &repeats->of[(hash(callback) >> 32) % REPEATS];
}

/*
 * A signal handler in the middle may remember another one in the same place: what is then mixed of
 * both has an arming that is not its callback's.
 */
static void remember(struct repeat *repeat, uint64_t callback, uint64_t arming, uint64_t now)
{
	bool same = repeat->callback == callback && repeat->arming == arming && repeat->turn == now;
	uint32_t recorded = same ? repeat->recorded : 0;
	__atomic_store_n(&repeat->callback, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&repeat->arming, arming, __ATOMIC_RELEASE);
	__atomic_store_n(&repeat->turn, now, __ATOMIC_RELEASE);
	repeat->recorded = recorded < FIRST ? recorded + 1 : FIRST;
	repeat->left_out = 0;
	__atomic_store_n(&repeat->callback, callback, __ATOMIC_RELEASE);
}

bool repeat_enter(struct repeats *repeats, uint64_t callback, struct repeat *ret_before)
{
	uint64_t now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE);
	const struct place *place = place_of(callback);
	struct repeat *repeat = repeat_of(repeats, callback);
	bool expected = is_at(place, callback);
	uint64_t arming = __atomic_load_n(&place->arming, __ATOMIC_ACQUIRE);
	if (likely(expected && repeat->callback == callback && repeat->arming == arming &&
		   repeat->turn == now && repeat->recorded == FIRST &&
		   repeat->left_out < LEFT_OUT_MAX && !repeats->begun)) {
		__atomic_store_n(&repeats->begun, callback, __ATOMIC_RELAXED);
		return true;
	}
	*ret_before = *repeat;
	/* A handler in the middle tells of them, or we do. */
	ret_before->left_out = __atomic_exchange_n(&repeat->left_out, 0, __ATOMIC_RELAXED);
	if (expected)
		remember(repeat, callback, arming, now);
	return false;
}

bool repeat_take(struct repeats *repeats, struct repeat *ret_repeat)
{
	for (int i = 0; i < REPEATS; i++) {
		*ret_repeat = repeats->of[i];
		ret_repeat->left_out =
			__atomic_exchange_n(&repeats->of[i].left_out, 0, __ATOMIC_RELAXED);
		if (ret_repeat->left_out)
			return true;
	}
	return false;
}

static void leave_out(struct repeats *repeats, uint64_t callback)
{
	struct repeat *repeat = repeat_of(repeats, callback);
	repeat->left_out += repeat->callback == callback;
}

bool repeat_leave(struct repeats *repeats, uint64_t callback)
{
	if (!replace_here(&repeats->begun, callback, 0))
		return false;
	leave_out(repeats, callback);
	return true;
}

uint64_t repeat_reveal(struct repeats *repeats)
{
	uint64_t callback = __atomic_exchange_n(&repeats->begun, 0, __ATOMIC_RELAXED);
	if (callback)
		leave_out(repeats, callback);
	return callback;
}
