/* SPDX-License-Identifier: Apache-2.0 */
/* Records of what programs and packs say, as the shim's annotations write them. */
#ifndef PROBES_TELLING_H
#define PROBES_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <track/wire.h>

#define TELLING_TEXT_BYTES 256u

struct probe_head;
struct traced;

/* One event, from which several records may come. */
struct telling {
	struct traced *traced;
	const struct probe_head *event;
	uint32_t tid;
	uint64_t time_ns;
	bool has_stack; /* it was resolved already */
	uint64_t stack;
};

/* What ops.def has: is it said of that kind, by programs? */
bool telling_is_valid(unsigned op, unsigned kind);

/* text: an id of traced_text, or 0. The stack goes along where the op has one, and is not over. */
void telling_say(struct telling *telling, enum track_op op, enum track_kind kind, uint64_t subject,
		 uint64_t arg, const struct track_relation *with);

/* A name is copied. */
void telling_name(struct telling *telling, enum track_kind kind, uint64_t subject,
		  const char *bytes, size_t size);

/* What divides the run; copied. */
void telling_mark(struct telling *telling, const char *bytes, size_t size);

/* A text that is ours for as long as the recording lasts. 0 without one. */
uint64_t telling_text(const struct telling *telling, const char *text);

#endif
