/* SPDX-License-Identifier: Apache-2.0 */
/* Where threads stood when the process was ended, row by row. */
#include "rows.inc.c"

#include <track/wire.h>

#define LONG_AGO (END - 20 * SECOND) /* older than what counts as a hang */
#define JUST_NOW (END - SECOND)

struct stand {
	uint32_t tid;
	const char *wait;
	uint64_t subject, other;
	uint64_t since; /* 0: long ago */
	const char *in; /* where it waits */
	int64_t thread; /* resource */
	int64_t target;
	bool timed, unknown_since;
	const char *told_kind, *told_text;
	int64_t told;
	uint64_t told_subject;
};

static inline int64_t stand_as(struct stand stand)
{
	struct trace_standing row = {
		.process_id = process,
		.tid = stand.tid != 0 ? stand.tid : 100,
		.thread_id = stand.thread,
		.time_ns = END,
		.wait = stand.wait,
		.timed = stand.timed,
		.subject = stand.subject,
		.other = stand.other,
		.target_id = stand.target,
		.since_ns = stand.since != 0 || stand.unknown_since ? stand.since : LONG_AGO,
		.stack_id = stand.in != NULL ? in(stand.in) : 0,
		.told_kind = stand.told_kind,
		.told_subject = stand.told_subject,
		.told_id = stand.told,
		.told_text = stand.told_text,
	};
	int64_t id;

	cr_assert_eq(trace_add_standing(trace, &row, &id), 0, "%s", trace_error(trace));
	return id;
}

#define STAND(...) stand_as((struct stand){__VA_ARGS__})

static inline void has_as(int64_t standing, uint64_t lock, const char *mode, const char *function)
{
	static int position;
	struct trace_held row = {
		.standing_id = standing,
		.position = position++,
		.lock = lock,
		.mode = mode,
		.depth = 1,
		.stack_id = in(function),
	};

	cr_assert_eq(trace_add_held(trace, &row), 0, "%s", trace_error(trace));
}

/* It holds that mutex, taken in a function. */
static inline void has(int64_t standing, uint64_t lock, const char *function)
{
	has_as(standing, lock, "mutex", function);
}

static inline void is_inside(int64_t standing, int64_t resource, bool closing)
{
	static int position;
	struct trace_inside row = {
		.standing_id = standing,
		.position = position++,
		.resource_id = resource,
		.closing = closing,
	};

	cr_assert_eq(trace_add_inside(trace, &row), 0, "%s", trace_error(trace));
}

static inline void woken_by(uint64_t subject, uint32_t tid, uint64_t time_ns)
{
	struct trace_waker row = {
		.process_id = process,
		.subject = subject,
		.tid = tid,
		.time_ns = time_ns,
		.count = 1,
		.stack_id = in("signal_it"),
	};

	cr_assert_eq(trace_add_waker(trace, &row), 0);
}

struct worker {
	const char *name, *made_in, *runs, *ending;
	uint32_t tid;
	int64_t owner;
};

/* A thread, by its number; those that run one function are made in one loop. */
static inline int64_t worker_as(struct worker worker)
{
	struct trace_resource row = {
		.process_id = process,
		.kind = "thread",
		.class_name = "thread",
		.subject = worker.tid,
		.generation = 1,
		.birth_ns = 2 * SECOND,
		.birth_stack = in(worker.made_in != NULL ? worker.made_in : "pool_create"),
		.birth_call = "pthread_create",
		.death_ns = worker.ending != NULL ? 30 * SECOND : 0,
		.ending = worker.ending,
		.from_subject = -1,
		.name = worker.name,
		.tid = worker.tid,
		.owner_id = worker.owner,
	};

	cr_assert_eq(trace_location(trace, "/opt/program", "",
				    fnv_text(FNV_START, worker.runs ? worker.runs : "work") >> 32,
				    &row.start_location),
		     0);
	cr_assert_eq(trace_put_resource(trace, &row), 0, "%s", trace_error(trace));
	return row.id;
}

#define WORKER(...) worker_as((struct worker){__VA_ARGS__})

/* A scope whose close began long ago, and has not returned. */
static inline int64_t closing_scope(const char *name)
{
	return PUT(.kind = "scope", .class_name = name, .traits = "must-close", .close = LONG_AGO,
		   .made_in = "start");
}

static inline void exit_begun(uint32_t tid, uint64_t time_ns)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "UPDATE process SET exit_begun_ns = %llu, exit_tid = %u",
		 (unsigned long long)time_ns, tid);
	cr_assert_eq(trace_execute(trace, sql), 0);
}
