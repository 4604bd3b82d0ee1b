/* SPDX-License-Identifier: Apache-2.0 */
/* From the program's first instruction to the judged trace. */
#include "recording_inside.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "oom.h"
#include "options.h"
#include "output.h"
#include "road.h"
#include "say.h"
#include "status_line.h"

#define POLL_MS 20
#define POLL_NS 20000000ull
#define LAST_LOOK_US 20000

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void collection_failed(struct recording *recording, const char *error)
{
	char hint[2 * PATH_MAX + 128];

	recording->cut_short = true;
	if (recording->watch)
		child_end(&recording->child); /* nobody would any more */
	road_let_go(recording->road);
	snprintf(hint, sizeof(hint),
		 "what was read before is in %s; the spools stay: rtctrack report %s",
		 recording->trace_path, recording->folder.path);
	say(hint, "the recording is cut short: %s", error);
}

static int step(struct recording *recording)
{
	return recording->attaches ? attached_step(&recording->attached, POLL_MS)
				   : child_step(&recording->child, POLL_MS);
}

static int look_at_probes(struct recording *recording)
{
	if (!recording->watcher.probes || probes_poll(recording->watcher.probes) == 0)
		return 0;
	collection_failed(recording, watcher_error(&recording->watcher));
	return -EIO;
}

/* Where all threads stand now, for whoever asked, us too. */
static int look_at_threads(struct recording *recording)
{
	int r;

	/* A kernel that does not tell leaves what the preloaded library does. */
	if (recording->watcher.probes)
		(void)probes_look(recording->watcher.probes);
	r = road_look(recording->road);

	if (r == 0)
		run_folder_answer(&recording->folder);
	return r;
}

static void look_for_hangs(struct recording *recording, struct status_line *line, uint64_t now_ns)
{
	struct hang_watch *watch = &recording->hangs;
	struct lifetimes_status status;
	uint64_t before_ns, stuck = 0;
	bool due;
	int r = 0;

	road_status(recording->road, &status);
	if (hang_watch_peeks(watch, now_ns, &before_ns))
		stuck = road_stuck(recording->road, before_ns);
	due = hang_watch_is_due(watch, now_ns, status.pending_ns, stuck);
	if (hang_watch_found(watch)) {
		status_line_erase(line);
		hang_watch_tell(watch);
		recording->child.hangs = true;
	}
	if (due || run_folder_asked(&recording->folder))
		r = look_at_threads(recording);
	if (r == 0 && due)
		r = hang_watch_judge(watch, road_trace(recording->road), now_ns);
	if (r < 0) {
		status_line_erase(line);
		collection_failed(recording, road_error(recording->road));
	}
}

/* Who asks a program to end that does not is told how it can be ended. */
static void say_requests(struct recording *recording, struct status_line *line)
{
	if (!recording->child.warned || !output_speaks(recording->options))
		return;
	recording->child.warned = false;
	recording->child.told = true;
	status_line_erase(line);
	say(NULL, "the program was told, and is still there; once more (Ctrl-C) ends it "
		  "by SIGKILL");
}

/* Probes wake us when they must; the spools are read at their pace. */
static void look(struct recording *recording, struct status_line *line, uint64_t *looked_ns)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	struct lifetimes_status status;

	if (look_at_probes(recording) < 0 || now_ns - *looked_ns < POLL_NS)
		return;
	*looked_ns = now_ns;
	if (road_poll(recording->road) < 0) {
		status_line_erase(line);
		collection_failed(recording, road_error(recording->road));
		return;
	}
	road_settle(recording->road);
	look_for_hangs(recording, line, now_ns);
	say_requests(recording, line);
	road_status(recording->road, &status);
	status_line_update(line, now_ns, &status);
	if (recording->watch)
		recording->watch(recording->watch_ctx);
}

void recording_watch(struct recording *recording, void (*watch)(void *ctx), void *ctx,
		     struct recording_view *ret_view)
{
	recording->watch = watch;
	recording->watch_ctx = ctx;
	*ret_view = (struct recording_view){
		.road = recording->road,
		.child = &recording->child,
		.folder = &recording->folder,
	};
}

/* What hangs when it is ended is told by where its threads stood before: the dead stand nowhere. */
static void look_before_end(void *ctx)
{
	struct recording *recording = ctx;

	if (recording->watcher.probes)
		(void)probes_look(recording->watcher.probes);
	offspring_add_below(&recording->offspring, (int32_t)recording->child.pid);
}

/* A program that was made to end, as a shell is, may leave what hangs behind it. */
static void end_offspring(struct recording *recording)
{
	struct offspring *offspring = &recording->offspring;
	const struct child *child = &recording->child;
	size_t count;

	if (!child->timed_out && !child->killed && !child->ended)
		return;
	offspring_add_recorded(offspring, recording->folder.path, (int32_t)child->pid);
	count = offspring_end(offspring, !child->killed);
	if (count && !recording->options->quiet)
		say(NULL, "%zu other%s that it had started %s still there, and ended too", count,
		    count == 1 ? "" : "s", count == 1 ? "was" : "were");
}

static void follow(struct recording *recording)
{
	struct status_line line = status_line_start(recording->options->quiet);
	uint64_t looked_ns = 0;
	int r;

	do {
		r = step(recording);
		if (r == 0 && !recording->cut_short)
			look(recording, &line, &looked_ns);
	} while (r == 0);
	status_line_erase(&line);
	if (recording->child.killed && output_speaks(recording->options))
		say(NULL, "ended by SIGKILL, since it did not end when it was told to");
	if (recording->child.timed_out && output_speaks(recording->options))
		say(NULL, "ended by --timeout after %.1f s", recording->options->timeout_ns / 1e9);
	end_offspring(recording);
}

/* A child that was forked last may not have its spool yet. */
static int finish_probes(struct recording *recording)
{
	usleep(LAST_LOOK_US);
	if (!recording->watcher.probes || probes_finish(recording->watcher.probes) == 0)
		return 0;
	collection_failed(recording, watcher_error(&recording->watcher));
	return -EIO;
}

static int finish_road(struct recording *recording, int exit_code)
{
	struct road_program program = {
		.pid = recording->pid_count ? recording->pids[0] : 0,
		.is_ours = !recording->attaches,
		.wait_status = recording->child.status,
		.exit_code = exit_code,
		.packs = &recording->options->packs,
		.probes = recording->watcher.probes,
		.engine = recording->engine,
		.recordable = recording->engine == ENGINE_PROBES ||
			      program_takes_shim(recording->program.trouble),
		.timeout_ns = recording->child.timed_out ? recording->options->timeout_ns : 0,
		.oom_kills = recording->begun ? oom_kills() - recording->oom_kills : 0,
	};

	if (recording->cut_short || finish_probes(recording) < 0)
		return -EIO;
	if (road_finish(recording->road, &program) < 0) {
		collection_failed(recording, road_error(recording->road));
		return -EIO;
	}
	return 0;
}

int recording_follow(struct recording *recording, int *ret_exit_code)
{
	const struct child *child = &recording->child;
	int own_code, r;

	recording->child.before_end = look_before_end;
	recording->child.before_end_ctx = recording;
	hang_watch_start(&recording->hangs, recording->options, recording->base);
	follow(recording);
	/* Nobody looks any more who could let go what lives on. */
	road_let_go(recording->road);
	own_code = recording->attaches ? EXIT_CLEAN : child_exit_code(child->status);
	r = finish_road(recording, own_code);
	*ret_exit_code = child->timed_out ? EXIT_TIMEOUT : own_code;
	return r;
}
