/* SPDX-License-Identifier: Apache-2.0 */
#include "told.h"

#include <stddef.h>

#define ARMED_MAX (1u << 20)
#define RELEASES_MAX (1u << 16)
#define COUNT_MAX 0xffffu
#define HEADS_MAX (1u << 16)
#define CALLER_BITS 48
#define CALLER_MASK ((1ull << CALLER_BITS) - 1)

/* Of a subject: seen by the first one | begun since | under way. */
#define UNDER_WAY(word) ((word)&COUNT_MAX)
#define BEGUN(word) ((word) >> 16 & COUNT_MAX)
#define SEEN(word) ((word) >> 32)
#define ONE_BEGINS 0x10001u

void told_finish(struct told *told)
{
	u64map_finish(&told->armed);
	u64map_finish(&told->releases);
	u64map_finish(&told->elsewhere);
	u64map_finish(&told->functions);
	u64map_finish(&told->heads);
	u64map_finish(&told->tails);
	*told = (struct told){.armed_is_full = false};
}

static int copy_map(const struct u64map *from, struct u64map *to)
{
	uint64_t key, value;
	size_t cursor = 0;
	int r = 0;

	while (r == 0 && u64map_next(from, &cursor, &key, &value))
		r = u64map_put(to, key, value);
	return r;
}

int told_copy(const struct told *from, struct told *ret_told)
{
	struct told told = {.armed_is_full = from->armed_is_full};
	int r = copy_map(&from->armed, &told.armed);

	if (r == 0)
		r = copy_map(&from->elsewhere, &told.elsewhere);
	if (r == 0)
		r = copy_map(&from->functions, &told.functions);
	if (r < 0)
		told_finish(&told);
	else
		*ret_told = told;
	return r;
}

static uint64_t armed_key(uint64_t who, uint64_t subject)
{
	uint64_t key = (subject ^ who << 32 ^ who >> 32) * 0x9e3779b97f4a7c15u + who;

	return key ^ key >> 29;
}

void told_arm(struct told *told, uint64_t who, uint64_t subject)
{
	if (told->armed.count >= ARMED_MAX ||
	    u64map_put(&told->armed, armed_key(who, subject), 1) < 0)
		told->armed_is_full = true;
}

bool told_is_armed(const struct told *told, uint64_t who, uint64_t subject)
{
	return told->armed_is_full || u64map_get(&told->armed, armed_key(who, subject));
}

int told_place(struct told *told, const void *function, uint64_t address)
{
	return u64map_put(&told->functions, (uintptr_t)function, address);
}

uint64_t told_address(const struct told *told, const void *function)
{
	const uint64_t *found = u64map_get(&told->functions, (uintptr_t)function);

	return found ? *found : 0;
}

static uint64_t place_of(const struct told_call *call)
{
	return (call->sp ^ (uint64_t)call->tid << 48 ^ call->tid >> 16) * 0x9e3779b97f4a7c15u;
}

static uint64_t tail_of(const struct told_call *call)
{
	return place_of(call) ^ (uint64_t)(call->row + 1) << 32;
}

bool told_tail_enter(struct told *told, const struct told_call *call)
{
	uint64_t caller = call->caller & CALLER_MASK;
	uint64_t *head = u64map_get(&told->heads, place_of(call));

	if (head && *head >> CALLER_BITS != call->row && (*head & CALLER_MASK) == caller)
		return u64map_put(&told->tails, tail_of(call), 1) == 0;
	u64map_remove(&told->tails, tail_of(call));
	/* Those that were left by an exception stay: forget them all before they are many. */
	if (told->heads.count >= HEADS_MAX) {
		u64map_finish(&told->heads);
		u64map_finish(&told->tails);
	}
	u64map_put(&told->heads, place_of(call), (uint64_t)call->row << CALLER_BITS | caller);
	return false;
}

bool told_tail_return(struct told *told, const struct told_call *call)
{
	const uint64_t *head = u64map_get(&told->heads, place_of(call));

	if (head && *head >> CALLER_BITS == call->row)
		u64map_remove(&told->heads, place_of(call));
	return u64map_remove(&told->tails, tail_of(call));
}

bool told_release(struct told *told, uint64_t subject, uint64_t references)
{
	const uint64_t *found = u64map_get(&told->releases, subject);
	uint64_t word;

	if (!found && told->releases.count >= RELEASES_MAX)
		return references <= 1;
	if (references > COUNT_MAX || (found && BEGUN(*found) == COUNT_MAX))
		return references <= 1;
	word = (found ? *found : references << 32) + ONE_BEGINS;
	if (u64map_put(&told->releases, subject, word) < 0)
		return references <= 1;
	return BEGUN(word) >= SEEN(word) && references <= UNDER_WAY(word);
}

void told_released(struct told *told, uint64_t subject)
{
	uint64_t *found = u64map_get(&told->releases, subject);

	if (!found)
		return;
	if (UNDER_WAY(*found) > 1)
		--*found;
	else
		u64map_remove(&told->releases, subject);
}

bool told_look(struct told *told, const void *of_class, uint64_t references)
{
	if (references == 1 || told_is_elsewhere(told, of_class))
		return false;
	return u64map_put(&told->elsewhere, (uintptr_t)of_class, 1) == 0;
}

bool told_is_elsewhere(const struct told *told, const void *of_class)
{
	return u64map_get(&told->elsewhere, (uintptr_t)of_class) != NULL;
}
