/* SPDX-License-Identifier: Apache-2.0 */
/* A small finished trace: 3 leaked UDP sockets of one birth stack. */
#include <criterion/criterion.h>
#include <report/format.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND 1000000000ull

static int64_t add_process(struct trace *trace)
{
	struct trace_process process = {
		.pid = 42,
		.ppid = 1,
		.origin = "start",
		.exe = "/opt/bin/sessions",
		.command = "sessions --n 3",
		.start_ns = 10 * SECOND,
		.end_ns = 12 * SECOND,
		.end = "exit",
	};

	cr_assert_eq(trace_put_process(trace, &process), 0);
	return process.id;
}

static int64_t add_stack(struct trace *trace, int64_t process_id, size_t depth)
{
	uint64_t addresses[64];
	int64_t stack_id, location_id;

	for (size_t i = 0; i < depth; i++)
		addresses[i] = 0x1000 + i;
	cr_assert_eq(trace_add_stack(trace, process_id, 7, 1, addresses, depth, &stack_id), 0);
	cr_assert_eq(trace_location(trace, "/usr/lib/rtctrack/libtrack.so", "", 0x10, &location_id),
		     0);
	cr_assert_eq(trace_add_stack_frame(trace, stack_id, 0, location_id), 0);
	for (size_t i = 1; i < depth; i++) {
		cr_assert_eq(
			trace_location(trace, "/opt/bin/sessions", "", addresses[i], &location_id),
			0);
		cr_assert_eq(trace_add_stack_frame(trace, stack_id, (int)i, location_id), 0);
		if (i == 1)
			cr_assert_eq(trace_add_frame(trace, location_id, 0, "open_media_socket",
						     "/src/session.c", 42),
				     0);
	}
	return stack_id;
}

static int64_t add_socket(struct trace *trace, int64_t process_id, int64_t stack_id, int fd)
{
	struct trace_resource resource = {
		.process_id = process_id,
		.kind = "fd",
		.class_name = "udp",
		.subject = (uint64_t)fd,
		.generation = 1,
		.birth_ns = 11 * SECOND,
		.birth_stack = stack_id,
		.birth_call = "socket",
		.from_subject = -1,
		.local_address = "127.0.0.1:40001",
		.has_traffic = true,
		.out_count = 3,
		.in_count = 2,
		.last_use_ns = 11 * SECOND,
	};

	cr_assert_eq(trace_put_resource(trace, &resource), 0);
	return resource.id;
}

static void execute(struct trace *trace, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void execute(struct trace *trace, const char *format, ...)
{
	char sql[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sql, sizeof(sql), format, arguments);
	va_end(arguments);
	cr_assert_eq(trace_execute(trace, sql), 0, "%s", trace_error(trace));
}

static struct trace *make_trace(size_t depth)
{
	struct trace *trace;
	int64_t process_id, stack_id;

	cr_assert_eq(trace_create(NULL, &trace), 0);
	process_id = add_process(trace);
	stack_id = add_stack(trace, process_id, depth);
	execute(trace,
		"INSERT INTO finding VALUES (1, 1, 'fd-leak', 'at-exit', 'fd', 'udp', 3, 'f00d',"
		" '3 UDP sockets opened here were never closed', %d, %d, 'open_media_socket',"
		" '/src/session.c', 42, '/opt/bin/sessions', NULL)",
		(int)process_id, (int)stack_id);
	for (int fd = 7; fd < 10; fd++)
		execute(trace, "INSERT INTO evidence VALUES (1, %d, %d, NULL, %d, 'created at')",
			fd, (int)add_socket(trace, process_id, stack_id, fd), (int)stack_id);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_assert_eq(trace_set_meta(trace, "command", "sessions --n 3"), 0);
	return trace;
}

static inline struct report *read_report(struct trace *trace, const struct report_filter *filter)
{
	struct report_filter all = {.with_image = true};
	struct report *report;

	cr_assert_eq(report_read(trace, "a.db", filter ? filter : &all, &report), 0, "%s",
		     trace_error(trace));
	return report;
}

#define MARKER "<!--here-->"

/* How a report looks, in a page too. */
static inline struct report_style page_style(void)
{
	static const unsigned char page[] = "<p>before" MARKER "<p>after";

	return (struct report_style){
		.page = {.html = page, .size = sizeof(page) - 1, .marker = MARKER}};
}
