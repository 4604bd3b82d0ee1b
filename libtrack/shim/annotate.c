/* SPDX-License-Identifier: Apache-2.0 */
#include "annotate.h"
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
#define OF_ANY ((1u << TRACK_KIND__COUNT) - 1)
/* Births and ends of descriptors and threads are what the calls say, not the program. */
#define OF_TOLD (OF_ANY & ~(OF(FD) | OF(THREAD)))

/*
 * Each op of track.h: the kinds it is taken of; whether its stack tells something; the kinds of
 * which it may make a callback's next call too late.
 */
/* clang-format off */
#define ANNOTATIONS(ROW)                                                         \
	ROW(CREATE,  OF_TOLD, true,  0)                                          \
	ROW(DESTROY, OF_TOLD, true,  OF(CALLBACK) | OF(SCOPE))                   \
	ROW(DONE,    OF_TOLD, false, 0)                                          \
	ROW(USE,     OF_ANY,  true,  0)                                          \
	ROW(NAME,    OF_ANY,  false, 0)                                          \
	ROW(RETAIN,  OF_ANY,  true,  0)                                          \
	ROW(RELEASE, OF_ANY,  true,  0)                                          \
	ROW(ARM,     OF_ANY,  true,  OF(CALLBACK))                               \
	ROW(FIRE,    OF_ANY,  true,  0)                                          \
	ROW(CANCEL,  OF_ANY,  true,  OF(CALLBACK))                               \
	ROW(POLL,    OF_ANY,  false, 0)                                          \
	ROW(WAKE,    OF_ANY,  false, 0)                                          \
	ROW(OPEN,    OF_ANY,  true,  OF(SCOPE))                                  \
	ROW(CALL,    OF_ANY,  false, 0)                                          \
	ROW(CLOSE,   OF_ANY,  true,  OF(SCOPE))                                  \
	ROW(OWN,     OF_ANY,  false, OF_TOLD)                                    \
	ROW(NEEDS,   OF_ANY,  false, 0)                                          \
	ROW(BLOCK,   OF_ANY,  true,  0)                                          \
	ROW(UNBLOCK, OF_ANY,  false, 0)                                          \
	ROW(PLUMBING, OF_ANY, false, 0)

static const struct annotation {
	uint16_t kinds; /* 0: no annotation */
	uint16_t turns; /* the last of a row */
	uint32_t stack; /* but where something is over: that began here, a moment ago */
} annotations[TRACK_OP__COUNT] = {
#define ROW(id, of, with_stack, turns_of) \
	[TRACK_OP_##id] = {.kinds = of, .turns = turns_of, .stack = with_stack},
	ANNOTATIONS(ROW)
#undef ROW
};

#define ROW(id, of, with_stack, turns_of)                                                          \
	_Static_assert((int)TRACK_ANNOTATE_##id == (int)TRACK_OP_##id, "track.h, ops.def");
ANNOTATIONS(ROW)
#undef ROW

#define TRACK_KIND(id, name, plural, begun, over, rule)                                            \
	_Static_assert((int)TRACK_SUBJECT_##id == (int)TRACK_KIND_##id, "track.h, kinds.def");
#include <track/kinds.def>
#undef TRACK_KIND
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
	if (unlikely(annotations[op].turns >> kind & 1))
		annotate_turn(what, subject, arg, other, text, __builtin_frame_address(0));
	else
		annotate(what, subject, arg, other, text, __builtin_frame_address(0));
}
