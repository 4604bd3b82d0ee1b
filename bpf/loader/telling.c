/* SPDX-License-Identifier: Apache-2.0 */
#include "telling.h"

#include <string.h>
#include <track/track.h>

#include "traced.h"

/* No literal of a program can have such an address. */
#define OUR_TEXT (1ull << 63)

#define OF(kind) (1u << TRACK_KIND_##kind)

/* clang-format off */
static const struct annotation {
	uint16_t kinds; /* that it is taken of; 0: no annotation */
	bool stack;
} annotations[TRACK_OP__COUNT] = {
#define TRACK_OP(id, name, sayer, with_stack, turns) \
	[TRACK_OP_##id] = {.kinds = TRACK_SAID_##sayer, .stack = with_stack},
#include <track/ops.def>
#undef TRACK_OP
};
/* clang-format on */

bool telling_is_valid(unsigned op, unsigned kind)
{
	return op < TRACK_OP__COUNT && kind < TRACK_KIND__COUNT &&
	       annotations[op].kinds >> kind & 1;
}

static uint64_t stack_of(struct telling *telling)
{
	if (!telling->has_stack)
		telling->stack = traced_stack(telling->traced, telling->event);
	telling->has_stack = true;
	return telling->stack;
}

void telling_say(struct telling *telling, enum track_op op, enum track_kind kind, uint64_t subject,
		 uint64_t arg, const struct track_relation *with)
{
	bool has_more = with && (with->other || with->text);
	uint64_t stack = 0;

	if (annotations[op].stack && !(arg & TRACK_RETURNED))
		stack = stack_of(telling);
	traced_emit(telling->traced, telling->tid, telling->time_ns, op, kind, TRACK_CALL_none,
		    subject, stack, arg, has_more ? with : NULL, has_more ? sizeof(*with) : 0);
}

void telling_name(struct telling *telling, enum track_kind kind, uint64_t subject,
		  const char *bytes, size_t size)
{
	if (size)
		traced_emit(telling->traced, telling->tid, telling->time_ns, TRACK_OP_NAME, kind,
			    TRACK_CALL_none, subject, 0, TRACK_NAME_ARG(TRACK_NAME_TEXT, size),
			    bytes, size);
}

void telling_mark(struct telling *telling, const char *bytes, size_t size)
{
	if (size)
		traced_emit(telling->traced, telling->tid, telling->time_ns, TRACK_OP_MARK, 0,
			    TRACK_CALL_none, 0, 0, TRACK_NAME_ARG(TRACK_NAME_TEXT, size), bytes,
			    size);
}

uint64_t telling_text(const struct telling *telling, const char *text)
{
	if (!text || !*text)
		return 0;
	return traced_text(telling->traced, (uintptr_t)text | OUR_TEXT, text,
			   strnlen(text, TELLING_TEXT_BYTES));
}
