/* SPDX-License-Identifier: Apache-2.0 */
/* What a record says, once its payload was found to be as wire.h lays it out. */
#ifndef COLLECT_DECODE_H
#define COLLECT_DECODE_H

#include <collect/collector.h>
#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

enum decode_class {
	DECODE_EVENT,
	DECODE_MARK,
	DECODE_STACK,
	DECODE_MODULE,
	DECODE_UNLOAD,
	DECODE_THREAD, /* the segment changes hands */
	DECODE_TEXT,   /* about the process itself */
	DECODE_LITERAL,
	DECODE_DAMAGED,
};

/* A copy of a payload's layout, since who reads it goes by it, and the record may change meanwhile.
 */
enum { DECODE_FIXED_BYTES = 64 };
struct decode_fixed {
	_Alignas(8) uint8_t data[DECODE_FIXED_BYTES];
	size_t bytes; /* 0: the record has none */
};

/*
 * head is a copy, head->size bytes are readable at record. All that decode_*
 * below rely on is checked here, as payloads.def and metas.def say.
 */
enum decode_class decode_check(const struct track_record *head, const void *record,
			       struct decode_fixed *ret_fixed);

/* clang-format off */
/* A bit for each of metas.def. */
enum {
	DECODE_METAS_ORDERED = 0u
#define TRACK_META(id, becomes, check) | (DECODE_##becomes == DECODE_EVENT ? 1u : 0u) << (TRACK_META_##id - TRACK_META_STACK)
#include <track/metas.def>
};
/* clang-format on */
_Static_assert(TRACK_META__COUNT - TRACK_META_STACK < 31, "one bit per meta");

/* Events and marks come in the order of their times; the rest are definitions. */
static inline bool decode_is_ordered(uint8_t op)
{
	return op < TRACK_OP__COUNT ||
	       (op >= TRACK_META_STACK && DECODE_METAS_ORDERED >> (op - TRACK_META_STACK) & 1);
}

/* The pointers in what these return lead into record, or to fixed. */
void decode_event(const struct track_record *head, const void *record, uint32_t tid,
		  const struct decode_fixed *fixed, struct collect_event *ret_event);
/* Text of a mark, or of a literal. */
void decode_text(const struct track_record *head, const void *record, const char **ret_text,
		 size_t *ret_bytes);
/* Text about the process: a name's layout, or the payload up to its padding. */
void decode_process_text(const struct track_record *head, const void *record,
			 enum track_process_text *ret_what, const char **ret_text,
			 size_t *ret_bytes);
void decode_stack(const struct track_record *head, const void *record,
		  const uint64_t **ret_addresses, size_t *ret_depth);
/* path is storage for the module's path. */
#define DECODE_PATH_BYTES (3u * TRACK_NAME_BYTES_MAX + 1)
bool decode_module(const struct track_record *head, const void *record,
		   char path[DECODE_PATH_BYTES], struct track_module *ret_wire,
		   struct collect_module *ret_module);

#endif
