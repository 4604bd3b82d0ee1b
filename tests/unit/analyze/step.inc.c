/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations played one by one. */
#include "script.inc.c"

#include <track/track.h>
#include <track/wire.h>

enum { CONNECTION = 0x100, AGENT = 0x200, CANDIDATE = 0x300, CALLBACK = 0x400, TASK = 0x500 };

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

static void step(struct step step)
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

static void arm(uint64_t traits)
{
	STEP(ARM, CALLBACK, CALLBACK, .arg = traits);
}

static const char *act(void)
{
	return ask("SELECT group_concat(what, ' ') FROM act");
}
