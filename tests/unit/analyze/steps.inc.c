/* SPDX-License-Identifier: Apache-2.0 */
/* What a program tells of its things, step by step. */
#include "script.inc.c"

#include <track/track.h>
#include <track/wire.h>

enum { CONNECTION = 0x100, AGENT = 0x200, CANDIDATE = 0x300, CALLBACK = 0x400, TASK = 0x500 };
enum { TEXT_CLASS = 1, TEXT_CHECKLIST, TEXT_SELECTED };

/* What is done to a subject; of the rest only what a test is about. */
struct step {
	uint8_t op, kind;
	uint64_t subject;
	uint64_t arg;
	uint64_t other;
	uint8_t other_kind;
	uint64_t text;
	uint64_t stack;
	uint32_t tid;
};

static inline void step(struct step step)
{
	struct track_relation relation = {
		.other = step.other, .text = step.text, .other_kind = step.other_kind};

	play_event((struct collect_event){.op = step.op,
					  .kind = step.kind,
					  .subject = step.subject,
					  .arg = step.arg,
					  .stack = step.stack,
					  .tid = step.tid,
					  .data = &relation,
					  .data_bytes = sizeof(relation)});
}

#define STEP(op_id, kind_id, of, ...)                                                              \
	step((struct step){                                                                        \
		.op = TRACK_OP_##op_id, .kind = TRACK_KIND_##kind_id, .subject = of, __VA_ARGS__})

static inline void texts(void)
{
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, TEXT_CLASS, "Candidate"), 0);
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, TEXT_CHECKLIST, "checklist"), 0);
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, TEXT_SELECTED, "selected pair"), 0);
}

static inline void retain(uint64_t object, uint64_t tag, uint64_t holder, uint64_t stack)
{
	STEP(RETAIN, OBJECT, object, .text = tag, .other = holder, .other_kind = TRACK_KIND_OBJECT,
	     .stack = stack);
}

static inline void release(uint64_t object, uint64_t tag, uint64_t holder)
{
	STEP(RELEASE, OBJECT, object, .text = tag, .other = holder,
	     .other_kind = TRACK_KIND_OBJECT);
}

static inline void arm(uint64_t traits)
{
	STEP(ARM, CALLBACK, CALLBACK, .arg = traits);
}

static inline const char *act(void)
{
	return ask("SELECT group_concat(what, ' ') FROM act");
}
