/* SPDX-License-Identifier: Apache-2.0 */
#include "soak.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "child.h"
#include "mark.h"
#include "options.h"
#include "output.h"
#include "road.h"
#include "run_folder.h"
#include "say.h"

#define AGAIN_NS 200000000ull
#define WHY_BYTES 256
/* After the last session: a program that does nothing for so long waits for more, and who serves
 * repetitions does so sooner, since it knows of no last one; who is busy is told then. */
#define QUIET_NS 3000000000ull
#define SERVED_QUIET_NS 500000000ull
#define BUSY_NS 15000000000ull

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* It will not come to its last session. */
static void stop(struct soak *soak, const char *why)
{
	if (soak->stopped)
		return;
	soak->stopped = true;
	repetition_kill(&soak->repetition);
	if (soak_stop(road_trace(soak->view.road), why) < 0)
		say(NULL, "cannot write into the trace: %s", why);
	else if (output_speaks(soak->options))
		say(NULL, "%s", why);
}

static void count_repetition(struct soak *soak)
{
	char text[SOAK_MARK_BYTES], why[WHY_BYTES];
	int r;

	soak_mark_text(SOAK_BY_REPETITIONS, soak->repeated + 1, text);
	r = mark_append(soak->view.folder->path, soak->view.child->pid, text);
	if (r == 0) {
		soak->repeated++;
		return;
	}
	snprintf(why, sizeof(why), "cannot write a mark: %s", strerror(-r));
	stop(soak, why);
	child_end(soak->view.child);
}

/* Before the first one worked, the program may not be ready. */
static bool may_come_to_work(const struct soak *soak, uint64_t now_ns)
{
	return soak->repeated == 0 && !repetition_is_none(&soak->repetition) &&
	       now_ns < soak->begun_ns + soak->repetition.timeout_ns;
}

static void judge_repetition(struct soak *soak, uint64_t now_ns)
{
	char how[64], why[WHY_BYTES];

	if (repetition_worked(&soak->repetition)) {
		count_repetition(soak);
		return;
	}
	repetition_say(&soak->repetition, how, sizeof(how));
	if (may_come_to_work(soak, now_ns)) {
		if (!soak->waits_ready && output_speaks(soak->options))
			say(NULL, "the first repetition %s; it is tried again until it works", how);
		soak->waits_ready = true;
		soak->retry_ns = now_ns + AGAIN_NS;
		return;
	}
	snprintf(why, sizeof(why), "repetition %" PRIu64 " of %" PRIu32 " %s", soak->repeated + 1,
		 soak->options->sessions, how);
	stop(soak, why);
	child_end(soak->view.child);
}

static void repeat(struct soak *soak, uint64_t now_ns)
{
	struct repetition_target target = {
		.program_pid = soak->view.child->pid,
		.spool_dir = soak->view.folder->path,
	};
	char why[WHY_BYTES];
	int r;

	if (repetition_is_over(&soak->repetition, now_ns))
		judge_repetition(soak, now_ns);
	if (soak->stopped || soak->repetition.pid || soak->repeated >= soak->options->sessions ||
	    now_ns < soak->retry_ns)
		return;
	target.session = soak->repeated + 1;
	r = repetition_start(&soak->repetition, &target, now_ns);
	if (r == 0)
		return;
	snprintf(why, sizeof(why), "cannot start a repetition: %s", strerror(-r));
	stop(soak, why);
	child_end(soak->view.child);
}

/*
 * What ends by itself is let do so: it is told to end only when it does nothing any more, when it
 * goes on with sessions, or when it takes too long; and not in the middle of a close.
 */
static bool is_to_end(struct soak *soak, uint64_t sessions, uint64_t now_ns)
{
	uint64_t quiet_ns = soak->by == SOAK_BY_REPETITIONS ? SERVED_QUIET_NS : QUIET_NS;
	struct lifetimes_status status;

	road_status(soak->view.road, &status);
	if (status.events != soak->seen_events || soak->full_ns == 0) {
		soak->seen_events = status.events;
		soak->seen_ns = now_ns;
	}
	if (soak->full_ns == 0)
		soak->full_ns = now_ns;
	if (now_ns - soak->full_ns >= BUSY_NS)
		return true;
	return status.pending_ns == 0 &&
	       (sessions > soak->options->sessions || now_ns - soak->seen_ns >= quiet_ns);
}

static void look(void *ctx)
{
	struct soak *soak = ctx;
	uint64_t now_ns = clock_ns(), sessions = road_sessions(soak->view.road);
	char why[WHY_BYTES];

	if (soak->view.child->ended || soak->view.child->timed_out)
		return;
	if (sessions >= soak->options->sessions) {
		if (is_to_end(soak, sessions, now_ns))
			child_end(soak->view.child);
		return;
	}
	if (child_is_asked(soak->view.child)) {
		snprintf(why, sizeof(why),
			 "%" PRIu64 " of %" PRIu32 " sessions were over when it was told to end",
			 sessions, soak->options->sessions);
		stop(soak, why);
	}
	if (soak->by == SOAK_BY_REPETITIONS && !soak->stopped)
		repeat(soak, now_ns);
}

static void name_sessions(const struct soak *soak, char *ret_text, size_t capacity)
{
	switch (soak->by) {
	case SOAK_BY_CLOSES:
		snprintf(ret_text, capacity, "closes of %s", soak->options->count_scope);
		return;
	case SOAK_BY_REPETITIONS:
		snprintf(ret_text, capacity, "repetitions of a command");
		return;
	case SOAK_BY_MARKS:
	case SOAK_BY__COUNT:
		break;
	}
	snprintf(ret_text, capacity, "marks");
}

static enum soak_by way_of(const struct options *options)
{
	if (options->each)
		return SOAK_BY_REPETITIONS;
	return options->count_scope ? SOAK_BY_CLOSES : SOAK_BY_MARKS;
}

int soak_start(const struct options *options, struct recording *recording, struct soak *ret_soak)
{
	struct soak *soak = ret_soak;
	char what[WHY_BYTES];
	int r;

	*soak = (struct soak){
		.options = options,
		.by = way_of(options),
		.repetition = {.command = options->each, .timeout_ns = options->each_timeout_ns},
		.begun_ns = clock_ns(),
	};
	recording_watch(recording, look, soak, &soak->view);
	name_sessions(soak, what, sizeof(what));
	r = road_count_sessions(soak->view.road, soak->by, options->count_scope);
	if (r == 0)
		r = soak_begin(road_trace(soak->view.road), soak->by, options->sessions, what);
	return r;
}

int soak_exit_code(const struct soak *soak, int exit_code)
{
	const struct child *child = soak->view.child;
	bool as_told = child->ended && !child->killed && exit_code == 128 + SIGTERM;

	return as_told ? 0 : exit_code;
}

static const char classes_sql[] =
	"SELECT class FROM resource WHERE kind = 'scope' UNION SELECT "
	"class FROM lifetime_statistics WHERE kind = 'scope' ORDER BY class";

static int list_classes(struct trace *trace, char *ret_text, size_t capacity)
{
	struct trace_query *query;
	size_t used = 0;
	int r = trace_query(trace, classes_sql, &query);

	ret_text[0] = '\0';
	if (r < 0)
		return r;
	while ((r = trace_query_step(query)) > 0 && used < capacity) {
		const char *name = trace_query_text(query, 0);

		used += (size_t)snprintf(ret_text + used, capacity - used, "%s%s",
					 used ? ", " : "there were scopes of the classes ",
					 name ? name : "?");
	}
	trace_query_destroy(query);
	return r < 0 ? r : 0;
}

void soak_hint(const struct soak *soak)
{
	char classes[1024];

	if (road_sessions(soak->view.road) || !output_speaks(soak->options))
		return;
	if (soak->by == SOAK_BY_MARKS)
		say("let the program set marks (track_mark), or say what a session is: "
		    "--count-scope "
		    "CLASS, --each COMMAND",
		    "no session was seen");
	else if (soak->by == SOAK_BY_CLOSES &&
		 list_classes(road_trace(soak->view.road), classes, sizeof(classes)) == 0)
		say(classes[0] ? classes
			       : "no scope was seen at all: a pack or annotations tell of scopes",
		    "no scope of class '%s' was closed", soak->options->count_scope);
}

void soak_finish(struct soak *soak)
{
	repetition_kill(&soak->repetition);
}
