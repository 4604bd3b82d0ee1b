/* SPDX-License-Identifier: Apache-2.0 */
/* What one close left behind is one finding; and who is blamed. */
#include "rows.inc.c"

TestSuite(family, .init = rows_begin, .fini = rows_end);

static int64_t counted(int64_t connection, const char *tag, const char *function)
{
	int64_t object = PUT(.kind = "object", .class_name = "Candidate", .owner = connection,
			     .refs = 1, .made_in = function);

	hold(object, 0, tag, 1, 0, "checklist_add");
	return object;
}

Test(family, objects_that_one_close_left_with_references_of_one_tag_are_one_finding)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t local = counted(connection, "checklist", "gather");

	PUT(.kind = "fd", .class_name = "udp", .owner = local, .made_in = "open_socket");
	counted(connection, "checklist", "add_remote");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
}

Test(family, an_object_with_references_of_another_tag_is_another_finding)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t local = counted(connection, "checklist", "gather");

	PUT(.kind = "fd", .class_name = "udp", .owner = local, .made_in = "open_socket");
	counted(connection, "sdp", "parse_remote");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket\n"
			"ref-leak leaked object Candidate 1 parse_remote");
}

Test(family, what_another_close_left_is_another_finding)
{
	counted(CLOSED_CONNECTION, "checklist", "gather");
	counted(CLOSED_CONNECTION, "checklist", "add_remote");
	judge();
	expect("SELECT count(*) FROM finding", "2");
}

Test(family, scopes_that_a_close_never_came_to_are_one_finding_with_all_that_is_in_them)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = connection);
	int64_t reader = PUT(.kind = "scope", .class_name = "Reader", .owner = connection);

	PUT(.kind = "fd", .class_name = "udp", .owner = agent, .made_in = "open_socket");
	PUT(.kind = "timer", .class_name = "consent", .owner = agent, .made_in = "consent_start");
	PUT(.kind = "task", .class_name = "read", .owner = reader, .made_in = "read_start");
	judge();
	expect_findings("fd-leak leaked fd udp 1 open_socket");
}

Test(family, what_lies_in_a_scope_that_was_closed_is_a_finding_of_its_own)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t agent = PUT(.kind = "scope", .class_name = "Agent", .owner = connection,
			    .close = CLOSED, .closed = CLOSED, .closed_in = "agent_close");

	PUT(.kind = "fd", .class_name = "udp", .owner = agent, .made_in = "open_socket");
	PUT(.kind = "timer", .class_name = "consent", .owner = agent, .made_in = "consent_start");
	judge();
	expect("SELECT count(*) FROM finding", "2");
}

Test(family, what_an_object_holds_through_a_scope_of_its_is_its)
{
	int64_t connection = CLOSED_CONNECTION;
	int64_t publisher = counted(connection, "stream", "publish");
	int64_t channel = PUT(.kind = "scope", .class_name = "Channel", .owner = publisher);
	int64_t object = PUT(.kind = "object", .class_name = "Channel", .owner = channel, .refs = 1,
			     .made_in = "channel_create");

	hold(object, 0, "user", 1, 0, "channel_create");
	judge();
	expect_findings("ref-leak leaked object Candidate 1 publish");
}

/* One of two functions, the inner one in a file of its own. */
static int64_t called(const char *inner, const char *inner_file, const char *outer,
		      const char *outer_file)
{
	uint64_t addresses[] = {fnv_text(FNV_START, inner) >> 32, fnv_text(FNV_START, outer) >> 32};
	const char *functions[] = {inner, outer}, *files[] = {inner_file, outer_file};
	int64_t stack, location;

	cr_assert_eq(trace_add_stack(trace, process, addresses[0], 1, addresses, 2, &stack), 0);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(trace_location(trace, "/opt/program", "", addresses[i], &location), 0);
		cr_assert_eq(trace_add_frame(trace, location, 0, functions[i], files[i], 7), 0);
		cr_assert_eq(trace_add_stack_frame(trace, stack, i, location), 0);
	}
	return stack;
}

static void put_born_at(const char *kind, const char *class_name, int64_t owner, const char *traits,
			int64_t stack)
{
	struct trace_annotation annotation = {
		.refs = -1, .fires = -1, .woken = -1, .cancelled = -1, .traits = traits};
	struct trace_resource resource = {
		.process_id = process,
		.kind = kind,
		.class_name = class_name,
		.subject = ++last_subject,
		.generation = 1,
		.birth_ns = 10 * SECOND,
		.birth_tid = 100,
		.birth_stack = stack,
		.birth_call = "",
		.from_subject = -1,
		.owner_id = owner,
		.annotation = &annotation,
	};

	cr_assert_eq(trace_put_resource(trace, &resource), 0);
}

Test(family, plumbing_is_stepped_over)
{
	cr_assert_eq(trace_add_plumbing(trace, "/src/run/timer.c"), 0);
	put_born_at("timer", "consent", CLOSED_CONNECTION, NULL,
		    called("timer_arm", "run/timer.c", "consent_start", "/src/ice/consent.c"));
	judge();
	expect_findings("timer-leak leaked timer consent 1 consent_start");
}

Test(family, a_file_whose_name_only_ends_alike_is_no_plumbing)
{
	cr_assert_eq(trace_add_plumbing(trace, "timer.c"), 0);
	put_born_at("timer", "consent", CLOSED_CONNECTION, NULL,
		    called("arm", "/src/ice/my_timer.c", "consent_start", "/src/ice/consent.c"));
	judge();
	expect_findings("timer-leak leaked timer consent 1 arm");
}

Test(family, where_all_is_plumbing_its_innermost_function_is_blamed)
{
	cr_assert_eq(trace_add_plumbing(trace, "timer.c"), 0);
	put_born_at("timer", "consent", CLOSED_CONNECTION, NULL,
		    called("timer_arm", "/src/timer.c", "timer_again", "/src/timer.c"));
	judge();
	expect_findings("timer-leak leaked timer consent 1 timer_arm");
}

Test(family, of_a_scope_who_called_the_function_that_opened_it_is_blamed)
{
	put_born_at("scope", "Connection", 0, "must-close",
		    called("connection_create", "/src/connection.c", "join_room", "/app/room.c"));
	judge();
	expect_findings("scope-unclosed unclosed scope Connection 1 join_room");
}

static void session(uint64_t number, uint64_t died_ns)
{
	PUT(.kind = "object", .class_name = "Buffer", .born = number * SECOND - 1000,
	    .died = died_ns, .made_in = "buffer_create");
	trace_add_mark(trace, 100, number * SECOND, "session");
}

Test(family, what_is_freed_a_moment_after_its_mark_does_not_grow)
{
	for (uint64_t i = 1; i <= 4; i++)
		for (uint64_t j = 0; j < i; j++)
			PUT(.kind = "object", .class_name = "Buffer", .born = i * SECOND - 1000,
			    .died = i * SECOND + 1000, .made_in = "buffer_create");
	for (uint64_t i = 1; i <= 4; i++)
		trace_add_mark(trace, 100, i * SECOND, "session");
	judge();
	expect_findings("none");
}

Test(family, what_is_freed_all_at_once_at_the_end_grew_before)
{
	for (uint64_t i = 1; i <= 4; i++)
		session(i, END - 1);
	judge();
	expect_findings("growth growing object Buffer 4 buffer_create");
}

/* A handle with a handler of its own, that one close left behind with others. */
static void handle(int64_t connection, const char *class_name)
{
	int64_t object = PUT(.kind = "object", .class_name = class_name, .owner = connection,
			     .refs = 1, .made_in = class_name);

	hold(object, 0, "reference", 1, 0, class_name);
	PUT(.kind = "callback", .class_name = "read", .owner = object, .made_in = "read_start");
}

Test(family, what_stays_with_one_is_told_with_its_own_finding_and_with_no_other)
{
	int64_t connection = CLOSED_CONNECTION;

	handle(connection, "Pipe");
	handle(connection, "Stream");
	handle(connection, "Stream");
	judge();
	expect("SELECT class || ': ' || role FROM finding f JOIN evidence e ON e.finding_id = f.id "
	       "WHERE role LIKE 'with it stay%' ORDER BY class",
	       "Pipe: with it stay 1 read callback\nStream: with it stay 2 read callbacks");
}
