/* SPDX-License-Identifier: Apache-2.0 */
/* Traces that are opened to be reported. */
#include "sources.h"

#include <analyze/analyze.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "road.h"

static char path[] = "/tmp/unit_sources_XXXXXX";

static int64_t add(struct trace *trace, const char *kind, int64_t owner, uint64_t closed_ns)
{
	struct trace_annotation annotation = {.refs = -1,
					      .fires = -1,
					      .cancelled = -1,
					      .woken = -1,
					      .close_ns = closed_ns,
					      .closed_ns = closed_ns};
	struct trace_resource row = {.process_id = 1,
				     .kind = kind,
				     .class_name = "udp",
				     .subject = 7,
				     .generation = 1,
				     .birth_ns = 1,
				     .birth_call = "",
				     .from_subject = -1,
				     .owner_id = owner,
				     .annotation = &annotation};

	cr_assert_eq(trace_put_resource(trace, &row), 0);
	return row.id;
}

/* A socket whose connection was closed three seconds before the end. */
static void begin(void)
{
	struct trace_process process = {.pid = 1,
					.origin = "start",
					.exe = "",
					.command = "",
					.end = "exit",
					.end_ns = 10000000000};
	struct trace *trace;
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	unlink(path);
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &process), 0);
	add(trace, "fd", add(trace, "scope", 0, 7000000000), 0);
	cr_assert_eq(analyze_findings(trace), 0);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	trace_close(trace);
}

static void end(void)
{
	unlink(path);
}

TestSuite(sources, .init = begin, .fini = end);

static void expect_state(uint64_t grace_ns, const char *state)
{
	struct source source = {.path = path};
	struct symbol_search search = {0};
	struct road_times times = {grace_ns, ROAD_TIME_UNSET};
	struct trace_query *query;
	struct trace *trace;
	char error[512];

	cr_assert_eq(source_open(&source, &search, &times, NULL, &trace, error, sizeof(error)), 0,
		     "%s", error);
	cr_assert_eq(trace_query(trace, "SELECT state FROM finding", &query), 0);
	cr_assert_eq(trace_query_step(query), 1);
	cr_expect_str_eq(trace_query_text(query, 0), state);
	trace_query_destroy(query);
	trace_close(trace);
}

Test(sources, another_grace_time_judges_a_copy_again)
{
	expect_state(ROAD_TIME_UNSET, "leaked");
	expect_state(5000000000, "recheck");
	expect_state(ROAD_TIME_UNSET, "leaked");
}

/* The trace says what it was judged by; its findings stand as they are then. */
Test(sources, the_same_grace_time_judges_nothing_again)
{
	struct trace *trace;

	cr_assert_eq(trace_open(path, TRACE_WRITE, &trace), 0);
	cr_assert_eq(trace_set_meta(trace, "grace_ns", "5000000000"), 0);
	trace_close(trace);
	expect_state(5000000000, "leaked");
	expect_state(4000000000, "recheck");
}

/* Whether what is given to a report says when the recording ended. */
static bool is_told_an_end(void)
{
	struct source source = {.path = path};
	struct symbol_search search = {0};
	struct road_times times = ROAD_TIMES_UNSET;
	struct trace *trace;
	char error[512];
	bool told;

	cr_assert_eq(source_open(&source, &search, &times, NULL, &trace, error, sizeof(error)), 0,
		     "%s", error);
	told = trace_meta(trace, "ended_ns") != NULL;
	trace_close(trace);
	return told;
}

Test(sources, what_is_recorded_still_is_judged_as_of_now)
{
	struct trace *trace;

	cr_expect_not(is_told_an_end(), "it is over");
	cr_assert_eq(trace_create(path, &trace), 0);
	cr_assert_eq(trace_commit(trace), 0);
	cr_expect(is_told_an_end());
	trace_close(trace);
	cr_expect_not(is_told_an_end(), "nobody knows how long it went on");
}

/* A folder with the trace, and files that are none; some look like databases. */
static void fill_folder(char *folder, const char *const *names, size_t count)
{
	char file[128];

	cr_assert_not_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/b.db", folder);
	cr_assert_eq(link(path, file), 0);
	for (size_t i = 0; i < count; i++) {
		FILE *stream;

		snprintf(file, sizeof(file), "%s/%s", folder, names[i]);
		stream = fopen(file, "w");
		cr_assert_not_null(stream);
		/* A page of a database without the number of ours. */
		fprintf(stream, "SQLite format %d%-4096c", strstr(names[i], "foreign") ? 3 : 9, 0);
		fclose(stream);
	}
}

static void empty_folder(const char *folder, const char *const *names, size_t count)
{
	char file[128];

	for (size_t i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", folder, names[i]);
		unlink(file);
	}
	snprintf(file, sizeof(file), "%s/b.db", folder);
	unlink(file);
	rmdir(folder);
}

Test(sources, what_is_no_trace_in_a_folder_is_left_out_and_named)
{
	static const char *const names[] = {"a.db", "foreign.db", "e.db", "f.db", "g.db", "x.txt"};
	char folder[] = "/tmp/unit_sources_XXXXXX", line[512], wanted[512];
	struct sources sources = {0};

	fill_folder(folder, names, 6);
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_assert_eq(sources.count, 1);
	cr_expect_str_eq(strrchr(sources.items[0].path, '/'), "/b.db");
	cr_expect_eq(sources.skipped_count, 5);
	cr_assert(sources_skip_line(&sources, 0, line, sizeof(line)));
	snprintf(wanted, sizeof(wanted), "left out '%s/a.db': neither a trace nor a spool", folder);
	cr_expect_str_eq(line, wanted);
	cr_expect(sources_skip_line(&sources, 2, line, sizeof(line)));
	cr_expect_not_null(strstr(line, "/f.db'"));
	cr_expect(sources_skip_line(&sources, 3, line, sizeof(line)));
	cr_expect_str_eq(line, "left out 2 more files like these");
	cr_expect_not(sources_skip_line(&sources, 4, line, sizeof(line)));
	sources_finish(&sources);
	empty_folder(folder, names, 6);
}

static void run_in(const char *folder, const char *command)
{
	char text[512];

	snprintf(text, sizeof(text), "cd %s && %s", folder, command);
	cr_assert_eq(system(text), 0);
}

Test(sources, what_is_called_a_recording_and_cannot_be_read_is_missing)
{
	char folder[] = "/tmp/unit_sources_XXXXXX";
	struct sources sources = {0};

	fill_folder(folder, NULL, 0);
	run_in(folder, "touch crashed.db a.txt && head -c 4096 /dev/zero >zero.spool && "
		       "printf 0123456789 >ten.spool && ln -s nowhere link.db");
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_expect_eq(sources.count, 1);
	cr_expect_eq(sources.skipped_count, 4);
	cr_expect_eq(sources.missing, 4);
	sources_finish(&sources);
	run_in(folder, "rm -r *");
	rmdir(folder);
}

Test(sources, folders_in_a_folder_are_read_and_each_once)
{
	char folder[] = "/tmp/unit_sources_XXXXXX";
	struct sources sources = {0};

	fill_folder(folder, NULL, 0);
	run_in(folder, "mkdir -p one/two .hidden && cp b.db one/two/deep.db && cp b.db .hidden && "
		       "ln -s .. one/loop && touch one/two/noise.db");
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_assert_eq(sources.count, 2);
	cr_expect_str_eq(strrchr(sources.items[1].path, '/'), "/deep.db");
	cr_expect_eq(sources.missing, 1);
	sources_finish(&sources);
	run_in(folder, "rm -r * .hidden");
	rmdir(folder);
}

Test(sources, what_is_given_twice_counts_once_and_is_told)
{
	char folder[] = "/tmp/unit_sources_XXXXXX", line[512];
	struct sources sources = {0};

	fill_folder(folder, NULL, 0);
	cr_expect_eq(sources_add(&sources, path), 0);
	cr_expect_eq(sources_add(&sources, path), 0);
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_expect_eq(sources.count, 1);
	cr_expect_eq(sources.skipped_count, 3);
	cr_expect_eq(sources.missing, 0);
	cr_assert(sources_skip_line(&sources, 0, line, sizeof(line)));
	cr_expect_not_null(strstr(line, "': it is given twice, and counts once"));
	sources_finish(&sources);
	empty_folder(folder, NULL, 0);
}

Test(sources, a_damaged_trace_in_a_folder_stays_an_error)
{
	char folder[] = "/tmp/unit_sources_XXXXXX", file[128], error[512];
	struct symbol_search search = {0};
	struct sources sources = {0};
	struct trace *trace;
	int r;

	fill_folder(folder, NULL, 0);
	snprintf(file, sizeof(file), "%s/b.db", folder);
	cr_assert_eq(truncate(file, 8192), 0);
	cr_expect_eq(sources_add(&sources, folder), 0);
	cr_expect_eq(sources.skipped_count, 0);
	cr_assert_eq(sources.count, 1);
	r = source_open(&sources.items[0], &search, &ROAD_TIMES_UNSET, NULL, &trace, error,
			sizeof(error));
	cr_expect_eq(r, -EIO);
	cr_expect_not_null(sources_remedy(r));
	sources_finish(&sources);
	empty_folder(folder, NULL, 0);
}

/* Without them nobody can tell. */
static bool has_leases(void)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool has;

	cr_assert_geq(fd, 0);
	has = fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
	close(fd);
	return has;
}

Test(sources, a_trace_that_is_written_to_goes_on)
{
	struct source source = {.path = path}, spools = {.path = path, .spools = true};
	struct timespec before;
	struct trace *trace;

	if (!has_leases())
		cr_skip("no leases here");
	unlink(path);
	cr_assert_eq(trace_create(path, &trace), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	cr_expect_geq(source_now_ns(&source, trace), (uint64_t)before.tv_sec * 1000000000ull);
	cr_expect_eq(source_now_ns(&spools, trace), 0);
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_expect_eq(source_now_ns(&source, trace), 0);
	trace_close(trace);
}

Test(sources, a_trace_that_was_cut_off_does_not)
{
	struct source source = {.path = path};
	struct trace *trace;

	unlink(path);
	cr_assert_eq(trace_create(path, &trace), 0);
	trace_close(trace);
	cr_assert_eq(trace_open(path, TRACE_COPY, &trace), 0);
	cr_expect_eq(source_now_ns(&source, trace), 0);
	trace_close(trace);
}
