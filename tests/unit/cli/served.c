/* SPDX-License-Identifier: Apache-2.0 */
#include "served.h"

#include <analyze/analyze.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "served_look.h"

#include "folder.inc.c"

TestSuite(served, .init = setup, .fini = teardown);

static char path[64];
static struct options options;

/* A recording that has ended, with so many marks. */
static void record(const char *file, int marks)
{
	struct trace_process process = {
		.pid = 1, .origin = "start", .exe = "", .command = "", .end = "exit", .end_ns = 9};
	struct trace *trace;

	cr_assert_eq(trace_create(file, &trace), 0, "%s", trace_open_error());
	cr_assert_eq(trace_put_process(trace, &process), 0);
	for (int i = 0; i < marks; i++)
		cr_assert_eq(trace_add_mark(trace, 1, (uint64_t)i, "a mark"), 0);
	cr_assert_eq(analyze_findings(trace), 0);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	trace_close(trace);
}

static void choose(void)
{
	static char *words[] = {"view", NULL}, *operands[] = {path, NULL};
	char error[256];
	size_t count;

	snprintf(path, sizeof(path), "%s/a.db", base);
	cr_assert_eq(options_parse(command_find(words, &count), operands, &options, error,
				   sizeof(error)),
		     0, "%s", error);
}

static struct served *serve(void)
{
	struct served *served = NULL;

	cr_assert_eq(served_open(&options, &served), 0);
	return served;
}

static struct served *open_served(void)
{
	choose();
	record(path, 1);
	return serve();
}

/* As the next who asks sees it: "revision N, live". */
static const char *told(struct served *served)
{
	static char text[64];
	char *session, *at;
	int revision = -1;

	cr_assert_eq(served_session(served, &session), 0);
	at = strstr(session, "\"revision\":");
	cr_assert_not_null(at);
	sscanf(at, "\"revision\":%d", &revision);
	snprintf(text, sizeof(text), "%d%s", revision,
		 strstr(session, "\"gone\":true")   ? ", gone"
		 : strstr(session, "\"live\":true") ? ", live"
						    : "");
	free(session);
	return text;
}

struct answer {
	uint32_t revision, pages;
};

static struct answer ask(struct served *served, uint32_t since)
{
	struct answer answer = {0};
	unsigned char head[FRAME_HEAD_BYTES];
	struct frame *frame;

	cr_assert_eq(served_frame(served, 0, since, &frame), 0);
	cr_assert_eq(frame_read(frame, 0, (char *)head, sizeof(head)), sizeof(head));
	memcpy(&answer.revision, head + 8, 4);
	memcpy(&answer.pages, head + 20, 4);
	frame_destroy(frame);
	return answer;
}

/* Whoever looked leaves it alone for a time. */
static void await_change(struct served *served, const char *expected)
{
	for (int i = 0; i < 6000 && strcmp(told(served), expected) != 0; i++)
		usleep(10000);
	cr_assert_str_eq(told(served), expected);
}

Test(served, the_first_who_asks_gets_the_first_revision)
{
	struct served *served = open_served();

	cr_expect_str_eq(told(served), "1");
	cr_expect_eq(ask(served, 0).revision, 1);
	cr_expect_str_eq(told(served), "1");
	cr_expect_eq(ask(served, 1).revision, 1);
	cr_expect_eq(ask(served, 1).pages, 0);
	served_close(served);
}

Test(served, a_recording_that_changed_has_a_revision_more)
{
	struct served *served = open_served();
	struct answer answer;

	ask(served, 0);
	record(path, 3000);
	await_change(served, "2");
	answer = ask(served, 1);
	cr_expect_eq(answer.revision, 2);
	cr_expect_gt(answer.pages, 0);
	cr_expect_str_eq(told(served), "2");
	served_close(served);
}

Test(served, a_recording_that_goes_away_stays_as_it_was)
{
	struct served *served = open_served();
	uint32_t pages = ask(served, 0).pages;

	cr_assert_eq(unlink(path), 0);
	await_change(served, "2, gone");
	cr_expect_eq(ask(served, 0).revision, 1);
	cr_expect_eq(ask(served, 0).pages, pages);
	cr_expect_str_eq(told(served), "1, gone", "and nothing new is promised");
	record(path, 2);
	await_change(served, "2, gone");
	cr_expect_eq(ask(served, 0).revision, 2);
	cr_expect_str_eq(told(served), "2", "and it is back");
	served_close(served);
}

Test(served, a_recording_that_something_else_took_the_place_of_is_gone)
{
	struct served *served = open_served();
	FILE *file;

	ask(served, 0);
	cr_assert_eq(unlink(path), 0);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs("nothing of the kind", file);
	fclose(file);
	await_change(served, "2");
	cr_expect_eq(ask(served, 0).revision, 1);
	cr_expect_str_eq(told(served), "1, gone");
	served_close(served);
}

Test(served, a_recording_that_went_before_anybody_asked_is_given_as_it_was)
{
	struct served *served = open_served();

	cr_assert_eq(unlink(path), 0);
	cr_expect_eq(ask(served, 0).revision, 1);
	cr_expect_gt(ask(served, 0).pages, 0);
	served_close(served);
}

Test(served, a_finished_recording_is_not_live_whoever_writes_to_it)
{
	struct served *served = open_served();
	FILE *file = fopen(path, "r+");

	cr_expect_str_eq(told(served), "1");
	fclose(file);
	served_close(served);
}

Test(served, a_recording_is_live_while_its_recorder_has_it_open)
{
	struct served *served;
	struct trace *trace;

	choose();
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_add_mark(trace, 1, 1, "a mark"), 0);
	cr_assert_eq(trace_commit(trace), 0);
	served = serve();
	ask(served, 0);
	cr_expect_str_eq(told(served), "1, live");
	trace_close(trace);
	served_close(served);
}

/* A socket that was not closed with its connection, by a program that then only waits. */
static struct trace *record_leak(void)
{
	struct trace_process process = {
		.pid = 1, .origin = "start", .exe = "", .command = "", .end = "running"};
	struct trace_annotation closed = {
		.refs = -1, .fires = -1, .cancelled = -1, .woken = -1, .close_ns = look_clock_ns()};
	struct trace_annotation owned = {.refs = -1, .fires = -1, .cancelled = -1, .woken = -1};
	struct trace_resource scope = {.process_id = 1,
				       .kind = "scope",
				       .class_name = "Connection",
				       .birth_call = "",
				       .from_subject = -1,
				       .annotation = &closed};
	struct trace_resource socket = {.process_id = 1,
					.kind = "fd",
					.class_name = "udp",
					.subject = 7,
					.birth_call = "",
					.from_subject = -1,
					.annotation = &owned};
	struct trace *trace;

	closed.closed_ns = closed.close_ns;
	scope.birth_ns = socket.birth_ns = closed.close_ns - 1;
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &process), 0);
	cr_assert_eq(trace_put_resource(trace, &scope), 0);
	socket.owner_id = scope.id;
	cr_assert_eq(trace_put_resource(trace, &socket), 0);
	cr_assert_eq(trace_set_meta(trace, "grace_ns", "700000000"), 0);
	cr_assert_eq(trace_commit(trace), 0);
	return trace;
}

Test(served, what_is_late_while_nothing_is_written_is_another_revision)
{
	struct served *served;
	struct trace *trace;
	char *session;

	choose();
	trace = record_leak();
	served = serve();
	ask(served, 0);
	await_change(served, "2, live");
	cr_expect_eq(ask(served, 1).revision, 2);
	cr_assert_eq(served_session(served, &session), 0);
	cr_expect_not_null(strstr(session, "failed by 1 finding"), "%s", session);
	free(session);
	usleep(100000);
	cr_expect_str_eq(told(served), "2, live", "and that is all");
	trace_close(trace);
	served_close(served);
}
