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

/*
 * head is a copy, head->size bytes are readable at record. All that decode_*
 * below rely on is checked here.
 */
enum decode_class decode_check(const struct track_record *head, const void *record);

/* Events and marks come in the order of their times; the rest are definitions. */
static inline bool decode_is_ordered(uint8_t op)
{
	return op < TRACK_OP__COUNT || op == TRACK_META_CENSUS || op == TRACK_META_CENSUS_END;
}

/*
 * The pointers in what these return lead into record; but a relation is copied to
 * relation, since who reads it goes by its kind, and record may change meanwhile.
 */
void decode_event(const struct track_record *head, const void *record, uint32_t tid,
		  struct track_relation *relation, struct collect_event *ret_event);
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
