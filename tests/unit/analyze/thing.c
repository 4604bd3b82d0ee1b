/* SPDX-License-Identifier: Apache-2.0 */
#include "steps.inc.c"

TestSuite(thing, .init = play_begin, .fini = play_close);

Test(thing, an_object_has_its_class_and_the_references_that_are_left)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	retain(CANDIDATE, TEXT_CHECKLIST, 0, 0);
	retain(CANDIDATE, TEXT_CHECKLIST, 0, 0);
	release(CANDIDATE, TEXT_CHECKLIST, 0);
	play_finish();
	cr_assert_str_eq(ask("SELECT kind || ' ' || class || ' ' || refs FROM resource"),
			 "object Candidate 1");
}

Test(thing, references_are_folded_by_holder_tag_and_place)
{
	texts();
	play_stack(0x11);
	play_stack(0x22);
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0x11);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0x22);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0x22);
	retain(CANDIDATE, TEXT_SELECTED, 0x77, 0x22);
	release(CANDIDATE, TEXT_CHECKLIST, 0x77);
	play_finish();
	cr_assert_str_eq(ask("SELECT group_concat(tag || ' ' || released || ' of ' || retained, "
			     "', ') FROM (SELECT * FROM reference ORDER BY first_ns)"),
			 "checklist 0 of 1, checklist 1 of 2, selected pair 0 of 1");
}

Test(thing, what_dies_in_order_leaves_a_sum_and_no_rows)
{
	texts();
	for (int i = 0; i < 1000; i++) {
		STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
		retain(CANDIDATE, TEXT_CHECKLIST, 0, 0);
		release(CANDIDATE, TEXT_CHECKLIST, 0);
		STEP(DESTROY, OBJECT, CANDIDATE);
		if (i % 100 == 0)
			play_flush();
	}
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource"), "0");
	cr_assert_str_eq(ask("SELECT count(*) FROM reference"), "0");
	cr_assert_str_eq(ask("SELECT count || ' ' || class || ' ' || ending FROM "
			     "lifetime_statistics"),
			 "1000 Candidate destroyed");
}

Test(thing, a_reference_passed_on_is_given_back_by_who_got_it)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0);
	release(CANDIDATE, TEXT_SELECTED, 0x88);
	play_finish();
	cr_assert_str_eq(ask("SELECT refs FROM resource"), "0");
	cr_assert_str_eq(ask("SELECT count(*) FROM reference WHERE retained > released"), "0");
	cr_assert_str_eq(act(), "");
	expect_note("other-tag", "1");
}

Test(thing, who_gives_back_for_another_under_the_same_tag_leaves_no_note)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0);
	release(CANDIDATE, TEXT_CHECKLIST, 0x88);
	play_finish();
	cr_assert_str_eq(ask("SELECT refs FROM resource"), "0");
	expect_note("other-tag", "0");
}

Test(thing, a_release_without_a_reference_is_one_too_many)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	retain(CANDIDATE, 0, 0, 0);
	release(CANDIDATE, 0, 0);
	release(CANDIDATE, 0, 0);
	play_finish();
	cr_assert_str_eq(act(), "over-release");
}

Test(thing, a_release_after_the_end_is_one_too_many)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(DESTROY, OBJECT, CANDIDATE);
	release(CANDIDATE, 0, 0);
	play_finish();
	cr_assert_str_eq(act(), "over-release");
	cr_assert_str_eq(ask("SELECT ending FROM resource"), "destroyed");
}

Test(thing, one_at_the_same_address_is_another)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(DESTROY, OBJECT, CANDIDATE);
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(USE, OBJECT, CANDIDATE);
	retain(CANDIDATE, 0, 0, 0);
	play_finish();
	cr_assert_str_eq(act(), "");
	cr_assert_str_eq(ask("SELECT generation || ' ' || refs FROM resource"), "2 1");
}

Test(thing, a_use_of_what_was_destroyed_is_told)
{
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(DESTROY, OBJECT, CANDIDATE);
	STEP(USE, OBJECT, CANDIDATE);
	play_finish();
	cr_assert_str_eq(act(), "late-use");
}

Test(thing, a_subject_that_was_never_told_of_is_stepped_over)
{
	release(CANDIDATE, 0, 0);
	retain(CANDIDATE, 0, 0, 0);
	STEP(USE, OBJECT, CANDIDATE);
	STEP(DESTROY, OBJECT, CANDIDATE);
	STEP(FIRE, CALLBACK, CALLBACK);
	STEP(DONE, TASK, TASK);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(OWN, FD, 5, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(NEEDS, SCOPE, CONNECTION, .other = 5, .other_kind = TRACK_KIND_FD);
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource"), "0");
	cr_assert_str_eq(act(), "");
}

/* The owner tells of its birth after that, at an address that was another's. */
Test(thing, what_was_said_to_belong_to_the_dead_is_of_who_was_born_there_next)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(DESTROY, SCOPE, CONNECTION);
	fd_open(5, NO_STACK);
	STEP(OWN, FD, 5, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(ARM, CALLBACK, CALLBACK);
	STEP(OWN, CALLBACK, CALLBACK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK);
	play_finish();
	expect("SELECT group_concat(told, ' ') FROM (SELECT r.kind || o.generation AS told FROM "
	       "resource r JOIN resource o ON o.id = r.owner_id ORDER BY 1)",
	       "callback2 fd2");
	cr_assert_str_eq(act(), "");
}

Test(thing, a_descriptor_belongs_to_its_owner)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE);
	fd_open(5, NO_STACK);
	STEP(OWN, FD, 5, .other = CANDIDATE, .other_kind = TRACK_KIND_OBJECT);
	STEP(OWN, OBJECT, CANDIDATE, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	play_finish();
	cr_assert_str_eq(ask("SELECT s.kind || ' ' || o.kind || ' ' || f.kind FROM resource f "
			     "JOIN resource o ON o.id = f.owner_id JOIN resource s ON s.id = "
			     "o.owner_id"),
			 "scope object fd");
}

Test(thing, nothing_comes_to_own_itself)
{
	STEP(CREATE, OBJECT, AGENT);
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(OWN, OBJECT, CANDIDATE, .other = AGENT, .other_kind = TRACK_KIND_OBJECT);
	STEP(OWN, OBJECT, AGENT, .other = CANDIDATE, .other_kind = TRACK_KIND_OBJECT);
	STEP(OWN, OBJECT, AGENT, .other = AGENT, .other_kind = TRACK_KIND_OBJECT);
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE owner_id IS NOT NULL"), "1");
}

static void birth(uint64_t subject, uint32_t tid, uint32_t parent)
{
	struct track_thread_birth payload = {.parent_tid = parent};

	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_THREAD,
					  .subject = subject,
					  .tid = tid,
					  .data = &payload,
					  .data_bytes = sizeof(payload)});
}

Test(thing, a_thread_may_be_owned_before_it_tells_of_its_birth)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OWN, THREAD, 0x70, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	birth(0x70, 201, PID);
	play_finish();
	cr_assert_str_eq(ask("SELECT s.kind FROM resource t JOIN resource s ON s.id = t.owner_id "
			     "WHERE t.kind = 'thread'"),
			 "scope");
}

Test(thing, what_is_made_inside_of_a_scopes_call_is_hinted_to_be_its)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CALL, SCOPE, CONNECTION);
	fd_open(5, NO_STACK);
	birth(0x70, 201, PID);
	STEP(CALL, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	fd_open(6, NO_STACK);
	play_finish();
	cr_assert_str_eq(ask("SELECT group_concat(kind || ' ' || (hint_id IS NOT NULL), ', ') FROM "
			     "(SELECT * FROM resource WHERE kind <> 'scope' ORDER BY birth_ns)"),
			 "fd 1, thread 1, fd 0");
}

Test(thing, a_hint_ends_where_a_callback_begins)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(ARM, CALLBACK, CALLBACK);
	STEP(CALL, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK);
	fd_open(5, NO_STACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	fd_open(6, NO_STACK);
	STEP(CALL, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	play_finish();
	cr_assert_str_eq(ask("SELECT group_concat(subject || ' ' || (hint_id IS NOT NULL), ', ') "
			     "FROM (SELECT * FROM resource WHERE kind = 'fd' ORDER BY birth_ns)"),
			 "5 0, 6 1");
}

Test(thing, hints_are_of_one_thread)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CALL, SCOPE, CONNECTION, .tid = 201);
	fd_open(5, NO_STACK);
	play_finish();
	cr_assert_str_eq(ask("SELECT hint_id IS NULL FROM resource WHERE kind = 'fd'"), "1");
}

Test(thing, a_scope_tells_when_its_close_began_and_returned)
{
	play_stack(0x11);
	STEP(OPEN, SCOPE, CONNECTION, .arg = TRACK_MUST_CLOSE | TRACK_QUIET);
	STEP(CLOSE, SCOPE, CONNECTION, .stack = 0x11, .tid = 300);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED, .tid = 300);
	play_finish();
	cr_assert_str_eq(ask("SELECT traits || ' ' || (closed_ns - close_ns) || ' ' || close_tid "
			     "|| ' ' || (close_stack IS NOT NULL) FROM resource"),
			 "must-close,quiet 1 300 1");
}

Test(thing, a_scope_tells_whether_who_closed_it_ended_the_process)
{
	static const uint32_t closers[] = {PID, OTHER};

	for (size_t i = 0; i < 2; i++) {
		STEP(OPEN, SCOPE, CONNECTION + i, .arg = TRACK_MUST_CLOSE);
		STEP(CLOSE, SCOPE, CONNECTION + i, .tid = closers[i]);
	}
	STEP(OPEN, SCOPE, AGENT, .arg = TRACK_MUST_CLOSE);
	STEP(CLOSE, SCOPE, AGENT);
	STEP(CLOSE, SCOPE, AGENT, .arg = TRACK_RETURNED);
	play_event((struct collect_event){
		.op = TRACK_META_CENSUS_END, .kind = TRACK_KIND_FD, .tid = PID});
	play_end(COLLECT_END_EXIT);
	play_finish();
	expect("SELECT group_concat(traits, ' ') FROM (SELECT traits FROM resource WHERE kind = "
	       "'scope' ORDER BY subject)",
	       "must-close,left must-close must-close");
}

Test(thing, a_second_close_is_no_other_and_the_last_return_counts)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .tid = 300);
	STEP(CLOSE, SCOPE, CONNECTION, .tid = 301);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED, .tid = 301);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED, .tid = 300);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	play_finish();
	cr_assert_str_eq(act(), "");
	cr_assert_str_eq(ask("SELECT (closed_ns - close_ns) || ' ' || close_tid FROM resource"),
			 "3 300");
}

Test(thing, a_close_of_what_was_destroyed_is_a_late_use)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION);
	play_finish();
	cr_assert_str_eq(act(), "late-use");
}

Test(thing, a_callback_set_anew_while_it_is_called_ends_its_call_all_the_same)
{
	STEP(OPEN, SCOPE, CONNECTION);
	arm(0);
	STEP(CALL, SCOPE, CONNECTION);
	STEP(FIRE, CALLBACK, CALLBACK);
	arm(0);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_RETURNED);
	fd_open(5, NO_STACK);
	play_finish();
	cr_assert_str_eq(ask("SELECT hint_id IS NOT NULL FROM resource WHERE kind = 'fd'"), "1");
	cr_assert_str_eq(act(), "");
}

Test(thing, calls_left_by_longjmp_never_hide_the_innermost)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OPEN, SCOPE, AGENT);
	for (int i = 0; i < 100; i++)
		STEP(CALL, SCOPE, CONNECTION);
	STEP(CALL, SCOPE, AGENT);
	fd_open(5, NO_STACK);
	play_finish();
	cr_assert_str_eq(ask("SELECT s.subject FROM resource f JOIN resource s ON s.id = f.hint_id "
			     "WHERE f.kind = 'fd'"),
			 "512");
}

Test(thing, what_serves_very_many_remembers_those_who_are_left)
{
	texts();
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE);
	for (uint64_t i = 0; i < 1000; i++) {
		STEP(CREATE, OBJECT, 0x10000 + i * 16);
		STEP(NEEDS, OBJECT, 0x10000 + i * 16, .other = CONNECTION,
		     .other_kind = TRACK_KIND_SCOPE);
		retain(CANDIDATE, TEXT_CHECKLIST, 0x10000 + i * 16, 0);
		if (i == 500)
			continue;
		release(CANDIDATE, TEXT_CHECKLIST, 0x10000 + i * 16);
		STEP(DESTROY, OBJECT, 0x10000 + i * 16);
	}
	STEP(DESTROY, SCOPE, CONNECTION);
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) < 200 AND sum(retained - released) = 1 FROM "
			     "reference"),
			 "1");
	cr_assert_str_eq(ask("SELECT o.subject FROM act a JOIN resource o ON o.id = a.other_id"),
			 "73536");
}

Test(thing, what_is_needed_and_ends_is_told_with_who_needs_it)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(NEEDS, SCOPE, CONNECTION, .other = CANDIDATE, .other_kind = TRACK_KIND_OBJECT);
	STEP(DESTROY, OBJECT, CANDIDATE);
	play_finish();
	cr_assert_str_eq(ask("SELECT a.what || ' ' || r.kind || ' ' || o.kind FROM act a JOIN "
			     "resource r ON r.id = a.resource_id JOIN resource o ON o.id = "
			     "a.other_id"),
			 "needed object scope");
}

Test(thing, what_is_needed_may_end_after_who_needed_it)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(NEEDS, SCOPE, CONNECTION, .other = CANDIDATE, .other_kind = TRACK_KIND_OBJECT);
	STEP(DESTROY, SCOPE, CONNECTION);
	STEP(DESTROY, OBJECT, CANDIDATE);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(thing, a_task_tells_whether_and_by_how_many_it_can_be_woken)
{
	STEP(CREATE, TASK, TASK);
	STEP(RETAIN, TASK, TASK, .arg = TRACK_WAKER);
	STEP(RETAIN, TASK, TASK, .arg = TRACK_WAKER);
	STEP(RELEASE, TASK, TASK, .arg = TRACK_WAKER);
	STEP(POLL, TASK, TASK);
	STEP(POLL, TASK, TASK, .arg = TRACK_RETURNED);
	STEP(CREATE, TASK, TASK + 1);
	STEP(POLL, TASK, TASK + 1);
	STEP(WAKE, TASK, TASK + 1);
	play_finish();
	cr_assert_str_eq(ask("SELECT group_concat(woken || ' ' || refs, ', ') FROM (SELECT * FROM "
			     "resource ORDER BY subject)"),
			 "0 1, 1 0");
}

Test(thing, each_arm_of_a_timer_is_a_life)
{
	for (int i = 0; i < 3; i++)
		STEP(ARM, TIMER, TASK);
	STEP(FIRE, TIMER, TASK);
	STEP(ARM, TIMER, TASK);
	STEP(CANCEL, TIMER, TASK);
	STEP(ARM, TIMER, TASK);
	play_finish();
	cr_assert_str_eq(
		ask("SELECT group_concat(ending || ' ' || count, ', ') FROM (SELECT * FROM "
		    "lifetime_statistics ORDER BY ending)"),
		"cancelled 3, fired 1");
	cr_assert_str_eq(ask("SELECT generation FROM resource"), "5");
}

Test(thing, two_that_hold_each_other_are_written_and_freed)
{
	STEP(CREATE, OBJECT, AGENT);
	STEP(CREATE, OBJECT, CANDIDATE);
	retain(AGENT, 0, CANDIDATE, 0);
	retain(CANDIDATE, 0, AGENT, 0);
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM reference WHERE holder_id IS NOT NULL"), "2");
}

Test(thing, a_name_is_the_programs)
{
	STEP(OPEN, SCOPE, CONNECTION);
	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_SCOPE,
					  .subject = CONNECTION,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 5),
					  .data = "alice",
					  .data_bytes = 5});
	play_finish();
	cr_assert_str_eq(ask("SELECT name FROM resource"), "alice");
}

/* A connection that is closed, and what it left at an address that is used again. */
static void left_behind(uint8_t op, uint8_t kind)
{
	for (uint64_t i = 0; i < 3; i++) {
		STEP(OPEN, SCOPE, CONNECTION);
		step((struct step){.op = op, .kind = kind, .subject = TASK});
		step((struct step){.op = TRACK_OP_OWN,
				   .kind = kind,
				   .subject = TASK,
				   .other = CONNECTION,
				   .other_kind = TRACK_KIND_SCOPE});
		STEP(CLOSE, SCOPE, CONNECTION);
		STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
		STEP(DESTROY, SCOPE, CONNECTION);
	}
	play_finish();
}

Test(thing, a_timer_that_was_never_cancelled_is_alive_though_its_memory_is_used_again)
{
	left_behind(TRACK_OP_ARM, TRACK_KIND_TIMER);
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE kind = 'timer' AND death_ns IS "
			     "NULL AND owner_id IS NOT NULL"),
			 "3");
}

Test(thing, an_object_and_a_task_are_alive_though_their_memory_is_used_again)
{
	left_behind(TRACK_OP_CREATE, TRACK_KIND_TASK);
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE kind = 'task' AND death_ns IS "
			     "NULL"),
			 "3");
}

Test(thing, to_destroy_what_others_hold_is_in_order_until_they_come_back)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	STEP(CREATE, OBJECT, AGENT, .text = TEXT_CLASS);
	retain(CANDIDATE, TEXT_CHECKLIST, AGENT, 0);
	STEP(DESTROY, OBJECT, CANDIDATE);
	cr_assert_str_eq(act(), "");
	STEP(USE, OBJECT, CANDIDATE);
	retain(CANDIDATE, TEXT_SELECTED, AGENT, 0);
	release(CANDIDATE, TEXT_CHECKLIST, AGENT);
	play_finish();
	cr_assert_str_eq(act(), "late-use late-use over-release");
}

Test(thing, a_timer_that_is_armed_anew_while_its_owner_is_open_began_anew)
{
	STEP(OPEN, SCOPE, CONNECTION);
	for (int i = 0; i < 3; i++) {
		STEP(ARM, TIMER, TASK);
		STEP(OWN, TIMER, TASK, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	}
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE kind = 'timer'"), "1");
}

Test(thing, what_is_needed_may_end_once_the_close_of_who_needed_it_returned)
{
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE);
	STEP(NEEDS, SCOPE, CONNECTION, .other = CANDIDATE, .other_kind = TRACK_KIND_OBJECT);
	STEP(CLOSE, SCOPE, CONNECTION);
	STEP(CLOSE, SCOPE, CONNECTION, .arg = TRACK_RETURNED);
	STEP(DESTROY, OBJECT, CANDIDATE);
	play_finish();
	cr_assert_str_eq(act(), "");
}

/* A list that is pushed at the front: each owns the one before. */
Test(thing, a_very_long_chain_of_owners_has_its_rows)
{
	enum { LONG = 30000 };

	for (uint64_t i = 1; i <= LONG; i++) {
		STEP(CREATE, OBJECT, i * 16);
		if (i > 1)
			STEP(OWN, OBJECT, (i - 1) * 16, .other = i * 16,
			     .other_kind = TRACK_KIND_OBJECT);
	}
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) || ' ' || count(owner_id) FROM resource"),
			 "30000 29999");
}

/* A client that opens the next session within a call of the one before. */
Test(thing, a_very_long_chain_of_hints_is_given_back)
{
	enum { LONG = 300000 };

	STEP(OPEN, SCOPE, 16, .tid = 7);
	for (uint64_t i = 1; i < LONG; i++) {
		STEP(CALL, SCOPE, i * 16, .tid = 7);
		STEP(OPEN, SCOPE, (i + 1) * 16, .tid = 7);
		STEP(CALL, SCOPE, i * 16, .tid = 7, .arg = TRACK_RETURNED);
		STEP(DESTROY, SCOPE, i * 16, .tid = 7);
	}
	STEP(DESTROY, SCOPE, LONG * 16);
	/* So many others that what is over is forgotten. */
	for (uint64_t i = 1; i < LONG / 2; i++) {
		STEP(CREATE, OBJECT, i * 16);
		STEP(DESTROY, OBJECT, i * 16);
	}
	play_finish();
	cr_assert_str_eq(ask("SELECT count(*) FROM resource WHERE death_ns IS NULL"), "0");
}

/* Who got it is not told: the purpose is the next best, whoever took one last. */
Test(thing, a_reference_passed_on_is_found_by_its_purpose)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE);
	retain(CANDIDATE, TEXT_CHECKLIST, 0x77, 0);
	retain(CANDIDATE, TEXT_SELECTED, 0x88, 0);
	release(CANDIDATE, TEXT_CHECKLIST, 0x99);
	play_finish();
	cr_assert_str_eq(ask("SELECT group_concat(tag || ' ' || (retained - released), ', ') FROM "
			     "(SELECT * FROM reference ORDER BY first_ns)"),
			 "checklist 0, selected pair 1");
	expect_note("other-tag", "0");
}
