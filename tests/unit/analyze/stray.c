/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations about what nobody told the birth of. */
#include "script.inc.c"

TestSuite(stray, .init = play_begin, .fini = play_close);

enum { KNOWN = 0x100, STRANGER = 0x200 };

static void tell(unsigned op, unsigned kind, uint64_t subject, uint64_t stack)
{
	struct track_relation relation = {0};

	play_event((struct collect_event){.op = (uint8_t)op,
					  .kind = (uint8_t)kind,
					  .subject = subject,
					  .stack = stack,
					  .data = &relation,
					  .data_bytes = sizeof(relation)});
}

static void own(unsigned kind, uint64_t subject, uint64_t owner)
{
	struct track_relation relation = {.other = owner, .other_kind = TRACK_KIND_SCOPE};

	play_event((struct collect_event){.op = TRACK_OP_OWN,
					  .kind = (uint8_t)kind,
					  .subject = subject,
					  .data = &relation,
					  .data_bytes = sizeof(relation)});
}

#define STRAYS "SELECT group_concat(op || ' ' || kind || ' ' || count, ', ') FROM stray"

Test(stray, what_was_never_created_is_counted_with_the_first_place)
{
	play_stack(0x10);
	play_stack(0x20);
	tell(TRACK_OP_CREATE, TRACK_KIND_OBJECT, KNOWN, 0);
	tell(TRACK_OP_RELEASE, TRACK_KIND_OBJECT, KNOWN, 0);
	tell(TRACK_OP_RELEASE, TRACK_KIND_OBJECT, STRANGER, 0x10);
	tell(TRACK_OP_RELEASE, TRACK_KIND_OBJECT, STRANGER + 1, 0x20);
	tell(TRACK_OP_FIRE, TRACK_KIND_CALLBACK, STRANGER, 0);
	play_finish();
	expect(STRAYS, "fire callback 1, release object 2");
	expect("SELECT subject || ' ' || hash FROM stray JOIN stack ON stack.id = stack_id",
	       "512 16");
}

Test(stray, what_is_over_was_known)
{
	tell(TRACK_OP_CREATE, TRACK_KIND_OBJECT, KNOWN, 0);
	tell(TRACK_OP_DESTROY, TRACK_KIND_OBJECT, KNOWN, 0);
	tell(TRACK_OP_USE, TRACK_KIND_OBJECT, KNOWN, 0);
	tell(TRACK_OP_DESTROY, TRACK_KIND_OBJECT, KNOWN, 0);
	play_finish();
	expect("SELECT count(*) FROM stray", "0");
}

Test(stray, to_cancel_what_is_not_armed_is_caution)
{
	tell(TRACK_OP_CANCEL, TRACK_KIND_TIMER, STRANGER, 0);
	tell(TRACK_OP_CANCEL, TRACK_KIND_CALLBACK, STRANGER, 0);
	tell(TRACK_OP_DESTROY, TRACK_KIND_CALLBACK, STRANGER, 0);
	tell(TRACK_OP_ARM, TRACK_KIND_TIMER, STRANGER, 0);
	play_finish();
	expect("SELECT count(*) FROM stray", "0");
}

Test(stray, an_owner_that_was_never_opened_is_one)
{
	fd_open(5, NO_STACK);
	own(TRACK_KIND_FD, 5, STRANGER);
	tell(TRACK_OP_OPEN, TRACK_KIND_SCOPE, KNOWN, 0);
	own(TRACK_KIND_FD, 5, KNOWN);
	play_finish();
	expect(STRAYS, "own scope 1");
	expect("SELECT subject FROM stray", "512");
}

Test(stray, a_forked_child_has_what_its_parent_made)
{
	tell(TRACK_OP_CREATE, TRACK_KIND_OBJECT, KNOWN, 0);
	play_process(1, OTHER, 0, TRACK_ORIGIN_FORK);
	tell(TRACK_OP_RELEASE, TRACK_KIND_OBJECT, KNOWN, 0);
	play_finish();
	expect("SELECT count(*) FROM stray", "0");
}
