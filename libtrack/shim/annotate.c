/* SPDX-License-Identifier: Apache-2.0 */
#include "annotate.h"
#include "hold.h"
#include "inside.h"
#include "module.h"
#include "record.h"
#include "stack.h"
#include "ticks.h"
#include "writer.h"

#include <string.h>
#include <track/track.h>

#define TEXT_BYTES_MAX 256
#define ADDRESS_BITS 48

#define OF(kind) (1u << TRACK_KIND_##kind)

/* What ops.def says of each. */
/* clang-format off */
static const struct annotation {
	uint16_t kinds; /* that it is taken of; 0: no annotation */
	uint16_t turns; /* the kinds of which it may make a callback's next call too late */
	uint32_t stack; /* but where something is over: that began here, a moment ago */
} annotations[TRACK_OP__COUNT] = {
#define TRACK_OP(id, name, sayer, with_stack, turns_of) \
	[TRACK_OP_##id] = {.kinds = TRACK_SAID_##sayer, .turns = turns_of, .stack = with_stack},
#include <track/ops.def>
#undef TRACK_OP
};

/* track.h is copied into other trees, so it has numbers of its own, which tables.sh puts there. */
#define TRACK_ANNOTATE_MARK TRACK_OP_MARK /* no annotations */
#define TRACK_ANNOTATE_UNDO TRACK_OP_UNDO
#define TRACK_ANNOTATE_FAIL TRACK_OP_FAIL
#define TRACK_OP(id, name, sayer, stack, turns) \
	_Static_assert((int)TRACK_ANNOTATE_##id == (int)TRACK_OP_##id, "track.h, ops.def");
#include <track/ops.def>
#undef TRACK_OP
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) \
	_Static_assert((int)TRACK_SUBJECT_##id == (int)TRACK_KIND_##id, "track.h, kinds.def");
#include <track/kinds.def>
#undef TRACK_KIND
_Static_assert((int)TRACK_ANNOTATED_MARK == (int)TRACK_OP_MARK, "track.h, ops.def");
/* clang-format on */

/* The thread meets this literal for the first time, or forgot it. */
static __attribute__((noinline)) void define(struct writer *writer, uint64_t *set, uint64_t id,
					     const char *text)
{
	size_t size = strnlen(text, TEXT_BYTES_MAX);
	if (writer_emit_data(writer, TRACK_META_TEXT, 0, TRACK_CALL_none, id, 0,
			     TRACK_NAME_ARG(TRACK_NAME_TEXT, size), text, size))
		writer_remember(writer, set, id);
}

/*
 * A literal is known by its address. Above that stands the version of the module
 * map, since another module's literal may come to stand where one was unloaded.
 */
static inline uint64_t text_id(struct writer *writer, const char *text)
{
	if (!text)
		return 0;
	writer_check_known(writer);
	uint64_t address = (uintptr_t)text;
	uint64_t id = address ^ (uint64_t)writer->known_version << ADDRESS_BITS;
	uint64_t *set = writer->texts[address * 0x9e3779b97f4a7c15u >> 60];
	if (unlikely(!writer_knows(set, id)))
		define(writer, set, id, text);
	return id;
}
_Static_assert(WRITER_TEXT_SETS == 16, "the shift in text_id");

static void name(struct writer *writer, enum track_kind kind, uint64_t subject, const char *text)
{
	size_t size = text ? strnlen(text, TEXT_BYTES_MAX) : 0;
	if (size)
		writer_emit_data(writer, TRACK_OP_NAME, kind, TRACK_CALL_none, subject, 0,
				 TRACK_NAME_ARG(TRACK_NAME_TEXT, size), text, size);
}

/* Calls that were left out are told with the next one, or when another one takes their place. */
static __attribute__((noinline)) uint64_t tell_left_out(struct writer *writer, uint64_t callback,
							const struct repeat *before)
{
	uint64_t left_out = TRACK_FIRE_WITH(before->left_out);
	if (before->callback == callback || !left_out)
		return left_out;
	ticks_fence();
	record_tell(writer, TRACK_OP_FIRE, TRACK_KIND_CALLBACK, before->callback, 0,
		    TRACK_FIRE_ONLY | left_out, NULL);
	return 0;
}

static bool is_worth_a_record(struct writer *writer, uint64_t callback, uint64_t *arg)
{
	struct repeat before;
	if (*arg & TRACK_RETURNED)
		return !repeat_leave(&writer->repeats, callback);
	if (likely(repeat_enter(&writer->repeats, callback, &before)))
		return false;
	*arg |= tell_left_out(writer, callback, &before);
	return true;
}

void annotate_rest(struct writer *writer)
{
	struct repeat rest;
	while (repeat_take(&writer->repeats, &rest))
		tell_left_out(writer, 0, &rest);
}

/* A row with turns. */
static void turn_begins(uint8_t op, uint8_t kind, uint64_t subject, uint64_t other)
{
	if (op == TRACK_OP_OWN)
		repeat_owner(other);
	if (kind == TRACK_KIND_SCOPE && (op == TRACK_OP_CLOSE || op == TRACK_OP_DESTROY))
		hold_expect();
	if (kind == TRACK_KIND_CALLBACK && op != TRACK_OP_OWN)
		repeat_forget(subject);
}

static void turn_ends(uint8_t op, uint8_t kind, uint64_t subject, uint64_t arg)
{
	if (kind != TRACK_KIND_CALLBACK)
		repeat_turn(subject);
	else if (op == TRACK_OP_OWN)
		repeat_owned(subject);
	else if (op == TRACK_OP_ARM && !(arg & TRACK_ONE_SHOT))
		repeat_expect(subject);
}

/* frame: of the function that the program called. Inlined twice, and once it is the hot path. */
static inline __attribute__((always_inline)) void annotate(uint64_t what, uint64_t subject,
							   uint64_t arg, uint64_t other,
							   const char *text, const uint64_t *frame)
{
	uint8_t op = (uint8_t)what, kind = (uint8_t)(what >> 8), other_kind = (uint8_t)(what >> 16);
	struct writer *writer = writer_get();
	if (unlikely(!writer))
		return;
	if (op == TRACK_OP_FIRE && kind == TRACK_KIND_CALLBACK &&
	    !is_worth_a_record(writer, subject, &arg))
		return;
	ticks_fence();
	if (unlikely(op == TRACK_OP_NAME)) {
		name(writer, kind, subject, text);
		return;
	}
	struct track_relation relation = {
		.other = other, .text = text_id(writer, text), .other_kind = other_kind};
	uint64_t stack = 0;
	if (annotations[op].stack && !(arg & TRACK_RETURNED) && stacks_taken) {
		const struct trail_start caller = {
			.ip = frame[1], .sp = (uintptr_t)(frame + 2), .bp = frame[0]};
		stack = stack_record_above(writer, &caller);
	}
	record_tell(writer, op, kind, subject, stack, arg,
		    likely(relation.other || relation.text) ? &relation : NULL);
}

static __attribute__((noinline)) void annotate_turn(uint64_t what, uint64_t subject, uint64_t arg,
						    uint64_t other, const char *text,
						    const uint64_t *frame)
{
	uint8_t op = (uint8_t)what, kind = (uint8_t)(what >> 8);
	turn_begins(op, kind, subject, other);
	annotate(what, subject, arg, other, text, frame);
	turn_ends(op, kind, subject, arg);
}

SHIM_EXPORT void track_shim_annotate(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other,
				     const char *text)
{
	uint8_t op = (uint8_t)what, kind = (uint8_t)(what >> 8), other_kind = (uint8_t)(what >> 16);
	if (unlikely(what >> 24 || op >= TRACK_OP__COUNT || kind >= TRACK_KIND__COUNT ||
		     other_kind >= TRACK_KIND__COUNT || !(annotations[op].kinds >> kind & 1)))
		return;
	if (arg & TRACK_FROM_PACK && (op == TRACK_OP_CREATE || op == TRACK_OP_OPEN))
		inside_turn(subject);
	if (unlikely(annotations[op].turns >> kind & 1))
		annotate_turn(what, subject, arg, other, text, __builtin_frame_address(0));
	else
		annotate(what, subject, arg, other, text, __builtin_frame_address(0));
}
