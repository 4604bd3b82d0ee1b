/* SPDX-License-Identifier: Apache-2.0 */
#include "segment.h"

#include <stdbool.h>
#include <string.h>

/* The first 8 bytes of a record are written at once, so they are read at once. */
struct first_word {
	uint16_t size;
	uint8_t op;
	uint16_t commit;
};

static struct first_word load_word(const struct track_segment *base, uint32_t offset)
{
	const uint64_t *at = (const uint64_t *)((const uint8_t *)base + offset);
	uint64_t word = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	return (struct first_word){
		.size = (uint16_t)word,
		.op = (uint8_t)(word >> 16),
		.commit = (uint16_t)(word >> 48),
	};
}

static bool is_seal(struct first_word word)
{
	return word.op == TRACK_META_END && word.size == sizeof(uint64_t);
}

static bool is_plausible(struct first_word word, uint32_t offset, uint32_t end)
{
	if (is_seal(word))
		return true;
	bool known_op = word.op < TRACK_OP__COUNT ||
			(word.op >= TRACK_META_STACK && word.op < TRACK_META__COUNT &&
			 word.op != TRACK_META_END);
	return known_op && word.size >= sizeof(struct track_record) && word.size % 8 == 0 &&
	       word.size <= end - offset;
}

/* The next place whose commit word fits it, or end. */
static uint32_t find_record(const struct track_segment *base, uint32_t offset, uint32_t end)
{
	for (offset += 8; offset < end; offset += 8) {
		struct first_word word = load_word(base, offset);
		if (word.commit == TRACK_COMMIT(offset) && is_plausible(word, offset, end))
			return offset;
	}
	return end;
}

enum segment_found segment_step(const struct track_segment *base, uint32_t offset, uint32_t end,
				struct track_record *ret_head, uint32_t *ret_next)
{
	*ret_next = offset;
	if (offset >= end || end - offset < sizeof(uint64_t))
		return SEGMENT_END;

	struct first_word word = load_word(base, offset);
	bool plausible = is_plausible(word, offset, end);
	bool committed = word.commit == TRACK_COMMIT(offset);
	if (committed && plausible) {
		if (is_seal(word))
			return SEGMENT_SEALED;
		memcpy(ret_head, (const uint8_t *)base + offset, sizeof(*ret_head));
		/* Another process may still write here: what was checked is what counts. */
		ret_head->size = word.size;
		ret_head->op = word.op;
		*ret_next = offset + word.size;
		return SEGMENT_RECORD;
	}
	if (word.commit == 0 && plausible) {
		*ret_next = offset + word.size;
		return SEGMENT_HOLE;
	}
	*ret_next = find_record(base, offset, end);
	return word.commit == 0 && word.size == 0 ? SEGMENT_HOLE : SEGMENT_DAMAGED;
}
