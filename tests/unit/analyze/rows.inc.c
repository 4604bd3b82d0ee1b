/* SPDX-License-Identifier: Apache-2.0 */
/* A trace written row by row, as a run of 100 s would leave it, and questions to its verdicts. */
#include <analyze/analyze.h>
#include <base/fnv.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define SECOND 1000000000ull
#define END (100 * SECOND)
#define CLOSED (50 * SECOND) /* a scope's close returned */

static struct trace *trace;
static int64_t process;
static uint64_t last_subject;

static inline void rows_begin_as(const char *end)
{
	struct trace_process row = {
		.pid = 100,
		.ppid = 1,
		.origin = "start",
		.exe = "/opt/program",
		.command = "program",
		.start_ns = 1,
		.end_ns = END,
		.end = end,
	};

	cr_assert_eq(trace_create(NULL, &trace), 0);
	cr_assert_eq(trace_put_process(trace, &row), 0);
	process = row.id;
	last_subject = 0x1000;
}

static inline void rows_begin(void)
{
	rows_begin_as("exit");
}

/* What takes longer is killed: of the processor's time, so that a busy machine does not count. */
static inline void within_cpu_seconds(rlim_t seconds)
{
	const struct rlimit limit = {.rlim_cur = seconds, .rlim_max = seconds};

	cr_assert_eq(setrlimit(RLIMIT_CPU, &limit), 0);
}

static inline void rows_end(void)
{
	trace_close(trace);
}

/* A stack of one function of the program, by its name. */
static inline int64_t in(const char *function)
{
	uint64_t address = fnv_text(FNV_START, function) >> 32;
	int64_t stack, location;

	cr_assert_eq(trace_add_stack(trace, process, address, 1, &address, 1, &stack), 0);
	cr_assert_eq(trace_location(trace, "/opt/program", "", address, &location), 0);
	cr_assert_eq(trace_add_frame(trace, location, 0, function, "file.c", 7), 0);
	cr_assert_eq(trace_add_stack_frame(trace, stack, 0, location), 0);
	return stack;
}

struct row {
	const char *kind, *class_name;
	int64_t owner, hint;
	const char *made_in; /* a function */
	const char *traits;
	uint64_t born, died, close, closed;
	const char *died_in, *closed_in, *ending;
	int64_t refs, woken, fires;
	bool cancelled;
	const char *name;
	uint64_t subject;
	bool inherited;
};

static inline int64_t put(struct row row)
{
	struct trace_annotation annotation = {
		.traits = row.traits,
		.refs = row.refs,
		.fires = row.fires,
		.woken = row.woken,
		.cancelled = row.cancelled,
		.close_ns = row.close,
		.closed_ns = row.closed,
		.close_tid = 101,
		.close_stack = row.closed_in != NULL ? in(row.closed_in) : 0,
	};
	struct trace_resource resource = {
		.process_id = process,
		.kind = row.kind,
		.class_name = row.class_name,
		.subject = row.subject != 0 ? row.subject : ++last_subject,
		.generation = 1,
		.birth_ns = row.born != 0 ? row.born : 10 * SECOND,
		.birth_tid = 100,
		.birth_stack = row.made_in != NULL ? in(row.made_in) : 0,
		.birth_call = "",
		.death_ns = row.died,
		.death_stack = row.died_in != NULL ? in(row.died_in) : 0,
		.ending = row.ending != NULL ? row.ending
			  : row.died != 0    ? "destroyed"
					     : NULL,
		.inherited = row.inherited,
		.from_subject = -1,
		.name = row.name,
		.owner_id = row.owner,
		.hint_id = row.hint,
		.annotation = &annotation,
	};

	cr_assert_eq(trace_put_resource(trace, &resource), 0, "%s", trace_error(trace));
	return resource.id;
}

#define PUT(...) put((struct row){__VA_ARGS__})
/* A connection whose close returned at CLOSED. */
#define CLOSED_CONNECTION                                                                          \
	PUT(.kind = "scope", .class_name = "Connection", .traits = "must-close",                   \
	    .close = CLOSED - 1000, .closed = CLOSED, .closed_in = "connection_close",             \
	    .made_in = "connect")

/* So many references, not released. holder 0: nobody who is followed. */
static inline void hold(int64_t about, int64_t holder, const char *tag, uint64_t retained,
			uint64_t released, const char *function)
{
	struct trace_reference reference = {
		.resource_id = about,
		.holder_id = holder,
		.holder_kind = holder != 0 ? "object" : NULL,
		.tag = tag,
		.stack_id = in(function),
		.retained = retained,
		.released = released,
		.first_ns = 20 * SECOND,
		.last_ns = 20 * SECOND,
	};

	cr_assert_eq(trace_put_reference(trace, &reference), 0, "%s", trace_error(trace));
}

static inline void waker(int64_t task, int64_t holder)
{
	struct trace_reference reference = {
		.resource_id = task,
		.holder_id = holder,
		.tag = "waker",
		.waker = true,
		.retained = 1,
	};

	cr_assert_eq(trace_put_reference(trace, &reference), 0);
}

static inline void act(const char *what, int64_t resource, int64_t other, const char *function)
{
	struct trace_act row = {
		.process_id = process,
		.resource_id = resource,
		.other_id = other,
		.kind = "object",
		.what = what,
		.time_ns = 60 * SECOND,
		.stack_id = in(function),
		.call = "",
	};

	cr_assert_eq(trace_put_act(trace, &row), 0);
}

static inline void judge(void)
{
	cr_assert_eq(analyze_findings(trace), 0, "%s", trace_error(trace));
}

/* The rows of the first column, a line each; "none" for none. */
static inline const char *ask(const char *sql)
{
	static char answers[8][4096];
	static unsigned next;
	char *answer = answers[next++ % 8];
	size_t length = 0;
	struct trace_query *query;

	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s: %s", sql, trace_error(trace));
	while (trace_query_step(query) == 1 && length < sizeof(answers[0])) {
		const char *text = trace_query_text(query, 0);

		length += (size_t)snprintf(answer + length, sizeof(answers[0]) - length, "%s%s",
					   length != 0 ? "\n" : "", text != NULL ? text : "");
	}
	if (length == 0)
		strcpy(answer, "none");
	trace_query_destroy(query);
	return answer;
}

#define expect(sql, text) cr_expect_str_eq(ask(sql), text, "%s:\n%s", sql, ask(sql))
/* All findings, in order: rule state kind class count culprit. */
#define expect_findings(text)                                                                      \
	expect("SELECT rule || ' ' || state || ' ' || kind || ' ' || class || ' ' || count || "    \
	       "coalesce(' ' || culprit_function, '') FROM finding ORDER BY rank",                 \
	       text)
#define expect_message(text) expect("SELECT message FROM finding ORDER BY rank", text)
/* The roles of the first finding, with the function of the stack. */
#define expect_chain(text)                                                                         \
	expect("SELECT role || coalesce(' ' || t.function, '') FROM evidence e LEFT JOIN "         \
	       "stack_text t ON t.stack_id = e.stack_id WHERE finding_id = 1 ORDER BY e.position", \
	       text)

static inline int64_t candidate(int64_t owner)
{
	return PUT(.kind = "object", .class_name = "Candidate", .owner = owner, .refs = 5,
		   .made_in = "gather");
}

static inline int64_t udp(int64_t owner)
{
	return PUT(.kind = "fd", .class_name = "udp", .owner = owner, .made_in = "open_socket");
}
