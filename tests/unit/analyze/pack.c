/* SPDX-License-Identifier: Apache-2.0 */
/* What packs tell: some of what it is about happens inside of the library, unseen. */
#include "steps.inc.c"

TestSuite(pack, .init = play_begin, .fini = play_close);

enum { STREAM = 0x600 };

static void tell_object(unsigned op, uint64_t traits)
{
	step((struct step){.op = (uint8_t)op,
			   .kind = TRACK_KIND_OBJECT,
			   .subject = CANDIDATE,
			   .arg = TRACK_FROM_PACK | traits,
			   .text = TEXT_CLASS});
}

Test(pack, references_that_the_library_took_unseen_are_no_over_release)
{
	texts();
	tell_object(TRACK_OP_CREATE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	tell_object(TRACK_OP_DESTROY, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_USE, 0);
	play_finish();
	cr_assert_str_eq(act(), "");
}

Test(pack, what_was_made_inside_of_the_library_is_no_stray)
{
	tell_object(TRACK_OP_RELEASE, 0);
	tell_object(TRACK_OP_DESTROY, 0);
	STEP(OWN, OBJECT, CANDIDATE, .arg = TRACK_FROM_PACK, .other = AGENT,
	     .other_kind = TRACK_KIND_SCOPE);
	play_finish();
	expect("SELECT count(*) FROM stray", "0");
}

Test(pack, an_object_that_is_counted_by_calls_ends_with_its_last_reference)
{
	texts();
	tell_object(TRACK_OP_CREATE, TRACK_ENDS_AT_ZERO);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	expect("SELECT count(*) FROM resource WHERE ending IS NOT NULL", "0");
	tell_object(TRACK_OP_RELEASE, 0);
	play_finish();
	expect("SELECT count(*) FROM resource WHERE kind = 'object' AND ending IS NULL", "0");
	cr_assert_str_eq(act(), "");
}

Test(pack, an_object_that_is_not_counted_by_calls_outlives_its_visible_references)
{
	texts();
	tell_object(TRACK_OP_CREATE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	play_finish();
	expect("SELECT count(*) FROM resource WHERE kind = 'object' AND ending IS NULL", "1");
}

Test(pack, an_object_of_which_the_program_gave_back_all_is_no_finding_of_its_own)
{
	texts();
	tell_object(TRACK_OP_CREATE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	tell_object(TRACK_OP_RELEASE, 0);
	play_judge();
	expect_no_findings();
}

Test(pack, an_object_of_which_it_did_not_is_one)
{
	texts();
	tell_object(TRACK_OP_CREATE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	play_judge();
	expect("SELECT rule || ' ' || state FROM finding", "ref-leak at-exit");
}

static void tell_reference(unsigned op, uint64_t stack)
{
	step((struct step){.op = (uint8_t)op,
			   .kind = TRACK_KIND_OBJECT,
			   .subject = CANDIDATE,
			   .arg = TRACK_FROM_PACK,
			   .stack = stack,
			   .text = TEXT_CHECKLIST});
}

Test(pack, a_library_gives_back_what_it_took_itself_and_not_what_the_program_took)
{
	static const uint64_t of_program[] = {0x5010};

	texts();
	play_program(of_program, 1);
	play_module("/lib/libstack.so.1", 0x7000, 0x8000);
	play_stack(0x7010);
	play_stack(0x7020);
	STEP(CREATE, OBJECT, CANDIDATE, .arg = TRACK_FROM_PACK, .stack = 0x7010);
	tell_reference(TRACK_OP_RETAIN, 0x7010);
	tell_reference(TRACK_OP_RETAIN, 0x5010);
	tell_reference(TRACK_OP_RELEASE, 0x7020);
	play_finish();
	expect("SELECT s.hash FROM reference r JOIN stack s ON s.id = r.stack_id WHERE "
	       "retained > released",
	       "20496");
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place("/opt/bin/program", 0x10, "keep");
	name_place("/lib/libstack.so.1", 0x10, "accept");
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT culprit_function FROM finding", "keep");
}

static void open_agent(void)
{
	STEP(OPEN, SCOPE, AGENT, .arg = TRACK_FROM_PACK);
}

static void add_stream(uint64_t subject, uint64_t traits)
{
	STEP(CREATE, OBJECT, subject, .arg = TRACK_FROM_PACK | traits, .text = TEXT_CLASS);
	STEP(OWN, OBJECT, subject, .arg = TRACK_FROM_PACK, .other = AGENT,
	     .other_kind = TRACK_KIND_SCOPE);
}

Test(pack, what_ends_with_its_owner_is_over_when_that_is)
{
	texts();
	open_agent();
	add_stream(STREAM, TRACK_ENDS_WITH_OWNER);
	add_stream(STREAM + 1, TRACK_ENDS_WITH_OWNER);
	add_stream(STREAM + 2, 0);
	STEP(DESTROY, SCOPE, AGENT, .arg = TRACK_FROM_PACK);
	play_finish();
	expect("SELECT group_concat(subject) FROM resource WHERE kind = 'object' AND "
	       "ending IS NULL",
	       "1538");
}

Test(pack, what_ends_with_its_owner_takes_along_what_ends_with_it)
{
	texts();
	open_agent();
	add_stream(STREAM, TRACK_ENDS_WITH_OWNER);
	STEP(CREATE, OBJECT, STREAM + 1, .arg = TRACK_FROM_PACK | TRACK_ENDS_WITH_OWNER);
	STEP(OWN, OBJECT, STREAM + 1, .other = STREAM, .other_kind = TRACK_KIND_OBJECT);
	STEP(DESTROY, SCOPE, AGENT, .arg = TRACK_FROM_PACK);
	play_finish();
	expect("SELECT count(*) FROM resource WHERE ending IS NULL", "0");
}

Test(pack, one_function_with_one_user_data_may_wait_for_several_calls)
{
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	/* The third call failed at once. */
	STEP(CANCEL, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	STEP(DESTROY, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	play_finish();
	cr_assert_str_eq(act(), "");
	expect("SELECT count(*) FROM resource WHERE ending IS NULL", "0");
}

Test(pack, one_of_several_calls_that_never_comes_leaves_the_registration)
{
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	play_finish();
	cr_assert_str_eq(act(), "");
	expect("SELECT count(*) FROM resource WHERE ending IS NULL", "1");
}

Test(pack, a_call_after_the_registration_is_over_may_be_of_one_that_was_not_seen)
{
	arm(TRACK_ONE_SHOT | TRACK_FROM_PACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	STEP(FIRE, CALLBACK, CALLBACK, .arg = TRACK_FROM_PACK);
	play_finish();
	cr_assert_str_eq(act(), "");
}

/* Class, owner and hint of what was made: "Candidate 512 -". */
#define MADE                                                                                       \
	"SELECT group_concat(r.class || ' ' || coalesce(o.subject, '-') || ' ' || "                \
	"coalesce(h.subject, '-'), ', ') FROM resource r LEFT JOIN resource o ON o.id = "          \
	"r.owner_id LEFT JOIN resource h ON h.id = r.hint_id WHERE r.kind = 'object'"

static void make_inside(uint64_t adopts)
{
	open_agent();
	STEP(CALL, SCOPE, AGENT, .arg = TRACK_FROM_PACK, .text = adopts);
	STEP(CREATE, OBJECT, CANDIDATE, .arg = TRACK_FROM_PACK, .text = TEXT_CLASS);
	STEP(CALL, SCOPE, AGENT, .arg = TRACK_FROM_PACK | TRACK_RETURNED);
	play_finish();
}

Test(pack, a_scope_adopts_the_classes_that_its_call_names)
{
	texts();
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, 9, "Big Socket,Candidate"), 0);
	make_inside(9);
	expect(MADE, "Candidate 512 -");
}

Test(pack, of_other_classes_a_call_is_a_hint)
{
	texts();
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, 9, "Socket,Candidates,Cand,Can didate"), 0);
	make_inside(9);
	expect(MADE, "Candidate - 512");
}

Test(pack, a_scope_adopts_descriptors_of_the_classes_that_its_call_names)
{
	cr_assert_eq(play.sink->text(play.sink->ctx, 0, 9, "eventfd,udp"), 0);
	open_agent();
	STEP(CALL, SCOPE, AGENT, .arg = TRACK_FROM_PACK, .text = 9);
	fd_open(5, 0);
	fd_open_as(6, 0, TRACK_FD_CLASS_TCP, 0, -1);
	STEP(CALL, SCOPE, AGENT, .arg = TRACK_FROM_PACK | TRACK_RETURNED);
	fd_open(7, 0);
	play_finish();
	expect("SELECT group_concat(r.subject) FROM resource r JOIN resource o ON o.id = "
	       "r.owner_id WHERE o.subject = 512 AND o.kind = 'scope'",
	       "5");
}

static void close_agent(uint64_t refused)
{
	STEP(CLOSE, SCOPE, AGENT, .arg = TRACK_FROM_PACK);
	STEP(CLOSE, SCOPE, AGENT, .arg = TRACK_FROM_PACK | TRACK_RETURNED | refused);
}

Test(pack, a_close_that_was_refused_is_none)
{
	open_agent();
	close_agent(TRACK_REFUSED);
	play_finish();
	expect("SELECT traits || ' ' || (closed_ns IS NULL) FROM resource",
	       "told-by-pack,refused 1");
}

Test(pack, the_close_that_succeeds_is_the_one_that_counts)
{
	uint64_t between_ns;
	char sql[128];

	open_agent();
	close_agent(TRACK_REFUSED);
	between_ns = ++play.now_ns;
	close_agent(0);
	play_finish();
	snprintf(
		sql, sizeof(sql),
		"SELECT traits || ' ' || (close_ns > %llu) || (closed_ns > close_ns) FROM resource",
		(unsigned long long)between_ns);
	expect(sql, "told-by-pack 11");
}

Test(pack, what_was_seen_to_send_through_a_scope_gets_a_hint_and_keeps_what_it_has)
{
	texts();
	open_agent();
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	STEP(OWN, OBJECT, CANDIDATE, .arg = TRACK_HINTED, .other = AGENT,
	     .other_kind = TRACK_KIND_SCOPE);
	STEP(OWN, OBJECT, CANDIDATE, .arg = TRACK_HINTED, .other = CONNECTION,
	     .other_kind = TRACK_KIND_SCOPE);
	STEP(CREATE, OBJECT, STREAM, .text = TEXT_CHECKLIST);
	STEP(OWN, OBJECT, STREAM, .other = CONNECTION, .other_kind = TRACK_KIND_SCOPE);
	STEP(OWN, OBJECT, STREAM, .arg = TRACK_HINTED, .other = AGENT,
	     .other_kind = TRACK_KIND_SCOPE);
	play_finish();
	expect(MADE, "checklist 256 -, Candidate - 512");
}

Test(pack, hints_make_no_circle)
{
	STEP(OPEN, SCOPE, AGENT);
	STEP(OPEN, SCOPE, CONNECTION);
	STEP(OWN, SCOPE, AGENT, .arg = TRACK_HINTED, .other = CONNECTION,
	     .other_kind = TRACK_KIND_SCOPE);
	STEP(OWN, SCOPE, CONNECTION, .arg = TRACK_HINTED, .other = AGENT,
	     .other_kind = TRACK_KIND_SCOPE);
	play_finish();
	expect("SELECT group_concat(subject) FROM resource WHERE hint_id IS NOT NULL", "512");
}

Test(pack, what_the_program_tells_of_itself_is_left_alone)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	tell_object(TRACK_OP_CREATE, 0);
	tell_object(TRACK_OP_RETAIN, 0);
	retain(CANDIDATE, TEXT_CHECKLIST, 0, 0);
	tell_object(TRACK_OP_DESTROY, 0);
	release(CANDIDATE, TEXT_CHECKLIST, 0);
	STEP(DESTROY, OBJECT, CANDIDATE);
	tell_object(TRACK_OP_RELEASE, 0);
	play_finish();
	cr_assert_str_eq(act(), "");
	expect("SELECT sum(count) FROM lifetime_statistics", "1");
	expect("SELECT count(*) FROM resource", "0");
}

Test(pack, what_is_born_where_the_programs_own_was_is_followed)
{
	texts();
	STEP(CREATE, OBJECT, CANDIDATE, .text = TEXT_CLASS);
	STEP(DESTROY, OBJECT, CANDIDATE);
	tell_object(TRACK_OP_CREATE, 0);
	play_finish();
	expect("SELECT count(*) FROM resource WHERE ending IS NULL", "1");
}

/* One more alive at each mark. */
static void grow(unsigned last_op, uint64_t traits)
{
	char mark[] = "session 0";

	texts();
	open_agent();
	play_stack(0x10);
	for (uint64_t i = 0; i < 4; i++) {
		STEP(CREATE, OBJECT, STREAM + 16 * i, .arg = TRACK_FROM_PACK | traits,
		     .text = TEXT_CLASS, .stack = 0x10);
		STEP(RETAIN, OBJECT, STREAM + 16 * i, .arg = TRACK_FROM_PACK);
		step((struct step){.op = (uint8_t)last_op,
				   .kind = TRACK_KIND_OBJECT,
				   .subject = STREAM + 16 * i,
				   .arg = TRACK_FROM_PACK,
				   .other = AGENT,
				   .other_kind = TRACK_KIND_SCOPE});
		mark[8] = (char)('1' + i);
		play_mark(mark);
	}
	play_judge();
}

Test(pack, what_the_program_keeps_grows)
{
	grow(TRACK_OP_USE, 0);
	expect("SELECT rule || ' ' || state FROM finding", "growth growing");
}

Test(pack, what_the_program_gave_back_is_not_what_grows)
{
	grow(TRACK_OP_RELEASE, 0);
	expect_no_findings();
}

Test(pack, what_ends_with_its_owner_is_not_what_grows)
{
	grow(TRACK_OP_OWN, TRACK_ENDS_WITH_OWNER);
	expect_no_findings();
}

/* A descriptor that is open at the end, made in a module for a function of another one. */
static void leave_open_in(const char *path)
{
	const uint64_t addresses[] = {0x7010, 0x5010};

	play_module(path, 0x7000, 0x8000);
	play_module("/opt/bin/program", 0x5000, 0x6000);
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 0x77, ++play.now_ns, addresses, 2), 0);
	fd_open(5, 0x77);
	play_finish();
	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	name_place(path, 0x10, "events_start_pool");
	name_place("/opt/bin/program", 0x10, "serve");
	cr_assert_eq(analyze_findings(play.trace), 0);
}

static void leave_open(void)
{
	leave_open_in("/usr/lib/libevents.so.1");
}

Test(pack, a_library_that_a_pack_tells_of_is_not_to_blame)
{
	cr_assert_eq(trace_add_packed(play.trace, "libevents.so*"), 0);
	cr_assert_eq(trace_add_packed(play.trace, "libevents.so*"), 0);
	leave_open();
	expect("SELECT culprit_function FROM finding", "serve");
}

Test(pack, another_library_is)
{
	cr_assert_eq(trace_add_packed(play.trace, "libothers.so*"), 0);
	leave_open();
	expect("SELECT culprit_function FROM finding", "events_start_pool");
}

Test(pack, a_program_that_its_own_pack_tells_of_is)
{
	cr_assert_eq(trace_add_packed(play.trace, "program"), 0);
	leave_open_in("/bin/program");
	expect("SELECT culprit_function FROM finding", "events_start_pool");
}

Test(pack, a_library_beside_it_is_not)
{
	cr_assert_eq(trace_add_packed(play.trace, "program.so"), 0);
	leave_open_in("/usr/lib/program.so");
	expect("SELECT culprit_function FROM finding", "serve");
}

static void say_lifelong(const char *library, const char *caller)
{
	const struct trace_lifelong row = {library, "events_start_*", caller, "its pool"};

	cr_assert_eq(trace_add_lifelong(play.trace, &row), 0);
}

Test(pack, what_a_pack_says_lasts_as_long_as_the_process_is_no_finding)
{
	say_lifelong("libevents.so*", "*");
	leave_open();
	expect_no_findings();
	expect_note("lifelong", "1");
}

Test(pack, a_function_of_that_name_in_another_library_is_not_meant)
{
	say_lifelong("libothers.so*", "*");
	leave_open();
	expect("SELECT culprit_function FROM finding", "events_start_pool");
}

Test(pack, what_lasts_may_depend_on_who_called)
{
	say_lifelong("libevents.so*", "libevents.so*");
	leave_open();
	expect("SELECT culprit_function FROM finding", "events_start_pool");
}

Test(pack, what_lasts_if_the_program_calls_is_no_finding_then)
{
	say_lifelong("libevents.so*", "libother*");
	say_lifelong("libevents.so*", "prog*");
	leave_open();
	expect_no_findings();
}

/* Functions of two files, the inner one calls the library. */
static void name_in_two_files(void)
{
	int64_t location;

	cr_assert_eq(analyze_places(play.trace, NULL), 0);
	cr_assert_eq(trace_location(play.trace, "/opt/bin/program", "", 0x10, &location), 0);
	cr_assert_eq(trace_add_frame(play.trace, location, 0, "connect", "agent.c", 1), 0);
	cr_assert_eq(trace_location(play.trace, "/opt/bin/program", "", 0x20, &location), 0);
	cr_assert_eq(trace_add_frame(play.trace, location, 0, "main", "main.c", 1), 0);
}

Test(pack, of_a_scope_who_calls_the_library_is_to_blame)
{
	const uint64_t addresses[] = {0x5010, 0x5020};

	play_module("/opt/bin/program", 0x5000, 0x6000);
	cr_assert_eq(play.sink->stack(play.sink->ctx, 0, 77, ++play.now_ns, addresses, 2), 0);
	STEP(OPEN, SCOPE, AGENT, .arg = TRACK_FROM_PACK | TRACK_MUST_CLOSE, .stack = 77);
	play_end(COLLECT_END_EXIT);
	play_finish();
	name_in_two_files();
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect("SELECT rule || ' ' || culprit_function FROM finding", "scope-unclosed connect");
}
