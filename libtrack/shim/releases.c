/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which release of an object is its last one, where the library counts references in the object:
 * that is known before the release, and not after it. While several are under way, who of them has
 * counted down already is not. So the first one's look at the counter is remembered, and that many
 * may begin until the last of them is there. One that is not to be told has no place among its
 * neighbours' is judged by the counter alone.
 */
#include "pack.h"

#include <track/pack.h>

#define STRIPES 256 /* a power of two */
#define NEIGHBOURS 4
#define COUNT_MAX 255u /* what fits */
#define ADDRESS_MASK ((1ull << 40) - 1)

/*
 * address | the counter as the first one saw it | begun since | under way. With none under way it
 * is free, and has a number that it never had before instead of an address: who saw it free, then
 * the counter, and finds it as it was, knows that none began in between.
 */
static uint64_t stripes[STRIPES][NEIGHBOURS];
static uint64_t times_freed[STRIPES];

#define UNDER_WAY(word) ((word)&0xff)
#define BEGUN(word) ((word) >> 8 & 0xff)
#define SEEN(word) ((word) >> 16 & 0xff)
#define ADDRESS(word) ((word) >> 24)
#define ONE_BEGINS 0x101u

static size_t stripe_of(uint64_t subject)
{
	return subject * 0x9e3779b97f4a7c15u >> 32 & (STRIPES - 1);
}

static uint64_t address_of(uint64_t subject)
{
	return subject >> 3 & ADDRESS_MASK;
}

static uint64_t read_counter(const void *counter, unsigned bits)
{
	return bits == 64 ? __atomic_load_n((const uint64_t *)counter, __ATOMIC_ACQUIRE)
			  : __atomic_load_n((const uint32_t *)counter, __ATOMIC_ACQUIRE);
}

/* The word of a subject, or a free one; NULL: its neighbours have all. */
static uint64_t *place_of(uint64_t subject, uint64_t *ret_word)
{
	uint64_t *stripe = stripes[stripe_of(subject)], *place = NULL;
	for (int i = 0; i < NEIGHBOURS; i++) {
		uint64_t word = __atomic_load_n(&stripe[i], __ATOMIC_ACQUIRE);
		bool is_its = UNDER_WAY(word) && ADDRESS(word) == address_of(subject);
		if (!is_its && (UNDER_WAY(word) || place))
			continue;
		place = &stripe[i];
		*ret_word = word;
		if (is_its)
			break;
	}
	return place;
}

SHIM_EXPORT bool track_shim_pack_last(uint64_t subject, const void *counter, unsigned bits)
{
	uint64_t seen, was = 0, is, *place;
	do {
		place = place_of(subject, &was);
		seen = read_counter(counter, bits);
		/* Of those under way, all began. */
		if (!place || seen > COUNT_MAX || (UNDER_WAY(was) && BEGUN(was) == COUNT_MAX))
			return seen <= 1;
		is = UNDER_WAY(was) ? was + ONE_BEGINS
				    : address_of(subject) << 24 | seen << 16 | ONE_BEGINS;
	} while (!__atomic_compare_exchange_n(place, &was, is, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return BEGUN(is) >= SEEN(is) && seen <= UNDER_WAY(is);
}

SHIM_EXPORT void track_shim_pack_released(uint64_t subject)
{
	uint64_t *times = &times_freed[stripe_of(subject)];
	uint64_t was = 0, is, *place;
	do {
		place = place_of(subject, &was);
		if (!place || !UNDER_WAY(was))
			return;
		is = was - 1;
		if (!UNDER_WAY(is))
			is = __atomic_add_fetch(times, 1, __ATOMIC_RELAXED) << 24;
	} while (!__atomic_compare_exchange_n(place, &was, is, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
}

void releases_restart(void)
{
	for (size_t i = 0; i < STRIPES; i++)
		for (size_t j = 0; j < NEIGHBOURS; j++)
			stripes[i][j] = 0;
}
