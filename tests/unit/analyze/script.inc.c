/* SPDX-License-Identifier: Apache-2.0 */
/* A recording, played into the sink by hand, and questions to the trace it makes. */
#include <analyze/analyze.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PID = 100, OTHER = 101, THIRD = 102 };
#define NO_STACK 0

struct script {
	struct trace *trace;
	struct lifetimes *lifetimes;
	const struct collect_sink *sink;
	uint64_t now_ns;
	uint32_t process; /* index that the events are about */
	struct collect_process last;
};

static struct script play;

static inline void play_process(uint32_t index, int32_t pid, uint32_t image,
				enum track_origin origin)
{
	play.last = (struct collect_process){
		.index = index,
		.pid = pid,
		.ppid = pid == PID ? 1 : PID,
		.image = image,
		.origin = origin,
		.start_ns = ++play.now_ns,
		.code = -1,
		.exe = "/bin/program",
		.command = "program",
	};
	play.process = index;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
}

static inline void play_begin(void)
{
	cr_assert_eq(trace_create(NULL, &play.trace), 0);
	cr_assert_eq(lifetimes_create(play.trace, &play.lifetimes), 0);
	play.sink = lifetimes_sink(play.lifetimes);
	play.now_ns = 1000;
	play_process(0, PID, 0, TRACK_ORIGIN_START);
}

static inline void play_end(enum collect_end end)
{
	play.last.end = end;
	play.last.end_ns = ++play.now_ns;
	play.last.code = 0;
	cr_assert_eq(play.sink->process(play.sink->ctx, &play.last), 0);
}

static inline void play_close(void)
{
	lifetimes_destroy(play.lifetimes);
	trace_close(play.trace);
}

static inline void play_event(struct collect_event event)
{
	event.time_ns = ++play.now_ns;
	if (event.tid == 0)
		event.tid = PID;
	cr_assert_eq(play.sink->event(play.sink->ctx, play.process, &event), 0);
}

/* A stack whose hash is its only address, so that tests can name places by it. */
static inline void play_stack(uint64_t address)
{
	cr_assert_eq(
		play.sink->stack(play.sink->ctx, play.process, address, ++play.now_ns, &address, 1),
		0);
}

static inline void play_module(const char *path, uint64_t start, uint64_t end)
{
	struct collect_module module = {.bias = start,
					.start = start,
					.end = end,
					.loaded_ns = ++play.now_ns,
					.path = path};

	cr_assert_eq(play.sink->module(play.sink->ctx, play.process, &module), 0);
}

static inline void play_mark(const char *text)
{
	cr_assert_eq(play.sink->mark(play.sink->ctx, PID, ++play.now_ns, text), 0);
}

static inline void fd_open_as(uint64_t fd, uint64_t stack, unsigned fd_class, unsigned flags,
			      int from)
{
	play_event((struct collect_event){.op = TRACK_OP_CREATE,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .stack = stack,
					  .call = TRACK_CALL_socket,
					  .arg = TRACK_FD_ARG(fd_class, flags, from)});
}

static inline void fd_open(uint64_t fd, uint64_t stack)
{
	fd_open_as(fd, stack, TRACK_FD_CLASS_UDP, 0, -1);
}

static inline void fd_close_as(uint64_t fd, uint64_t stack, uint32_t tid, unsigned flags)
{
	play_event((struct collect_event){.op = TRACK_OP_DESTROY,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .stack = stack,
					  .tid = tid,
					  .call = TRACK_CALL_close,
					  .arg = TRACK_FD_ARG(0, flags, -1)});
}

static inline void fd_close(uint64_t fd, uint64_t stack)
{
	fd_close_as(fd, stack, PID, 0);
}

static inline void fd_undo_as(uint64_t fd, uint32_t tid, int error)
{
	play_event((struct collect_event){.op = TRACK_OP_UNDO,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .tid = tid,
					  .arg = (uint64_t)error});
}

static inline void fd_undo(uint64_t fd, int error)
{
	fd_undo_as(fd, PID, error);
}

/* A close that fails with EBADF. */
static inline void fd_bad_close(uint64_t fd, uint64_t stack)
{
	fd_close(fd, stack);
	fd_undo(fd, EBADF);
}

/* A call that failed on a descriptor; UINT64_MAX: on none. */
static inline void fd_fail(uint64_t fd, unsigned call, uint64_t stack, int error)
{
	play_event((struct collect_event){.op = TRACK_OP_FAIL,
					  .kind = TRACK_KIND_FD,
					  .subject = fd,
					  .stack = stack,
					  .call = (uint16_t)call,
					  .arg = (uint64_t)error});
}

static inline void census(unsigned kind, const uint64_t *subjects, size_t count)
{
	for (size_t i = 0; i < count; i++)
		play_event((struct collect_event){.op = TRACK_META_CENSUS,
						  .kind = (uint8_t)kind,
						  .subject = subjects[i],
						  .arg = TRACK_FD_ARG(TRACK_FD_CLASS_TCP, 0, -1)});
	play_event((struct collect_event){.op = TRACK_META_CENSUS_END, .kind = (uint8_t)kind});
}

static inline void play_flush(void)
{
	cr_assert_eq(play.sink->flush(play.sink->ctx), 0);
}

static inline void play_finish(void)
{
	cr_assert_eq(lifetimes_finish(play.lifetimes), 0);
}

static inline void play_judge(void)
{
	play_finish();
	cr_assert_eq(analyze_places(play.trace), 0);
	cr_assert_eq(analyze_findings(play.trace), 0, "%s", trace_error(play.trace));
}

/* The first column of the first row; "" for NULL, "none" for no row. */
static inline const char *ask(const char *sql)
{
	static char answers[8][256];
	static unsigned next;
	char *answer = answers[next++ % 8];
	struct trace_query *query;
	const char *text = NULL;

	cr_assert_eq(trace_query(play.trace, sql, &query), 0, "%s", trace_error(play.trace));
	strcpy(answer, "none");
	if (trace_query_step(query) == 1) {
		text = trace_query_text(query, 0);
		snprintf(answer, sizeof(answers[0]), "%s", text != NULL ? text : "");
	}
	trace_query_destroy(query);
	return answer;
}

#define expect(sql, text) cr_expect_str_eq(ask(sql), text, "%s: %s", sql, ask(sql))
#define expect_no_findings() expect("SELECT message FROM finding", "none")
#define expect_note(name, number)                                                                  \
	expect("SELECT coalesce(sum(count), 0) FROM note WHERE name = '" name "'", number)

/* The program: its functions begin every 16 bytes, so that a stack's place is told by its address.
 */
static inline void play_program(const uint64_t *stacks, size_t count)
{
	play_module("/opt/bin/program", 0x5000, 0x6000);
	for (size_t i = 0; i < count; i++)
		play_stack(stacks[i]);
}

/* The roles of the evidence with the stacks' hashes. */
#define EVIDENCE                                                                                   \
	"SELECT group_concat(role || coalesce(' ' || hash, ''), ', ') FROM "                       \
	"(SELECT e.role, s.hash FROM evidence e JOIN finding f ON f.id = e.finding_id "            \
	"LEFT JOIN stack s ON s.id = e.stack_id ORDER BY f.rank, e.position)"

/* A function's name for a place in a module. */
static inline void name_place(const char *path, uint64_t address, const char *function)
{
	int64_t location;

	cr_assert_eq(trace_location(play.trace, path, "", address, &location), 0);
	cr_assert_eq(trace_add_frame(play.trace, location, 0, function, "file.c", 7), 0);
}
