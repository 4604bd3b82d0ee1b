/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <report/redact.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <track/wire.h>
#include <unistd.h>

#include "glance.h"
#include "options.h"
#include "output.h"
#include "run_folder.h"
#include "say.h"
#include "sources.h"
#include "target.h"
#include "tasks.h"

#define RULE "teardown-deadlock"
#define RUNS_MAX 64
#define CHILDREN_MAX 8
#define ANSWER_STEP_US 5000
#define ANSWER_STEPS 4000 /* a recorder answers at once, unless it is stopped or about to end */
#define HANG_AFTER_NS 1000000000ull /* who asks does not want to wait */

/* Who records the process. */
struct recorder {
	bool is_run; /* else the process alone writes a spool, or nobody does */
	struct run_info run;
	struct run_folder glance; /* of one look; its path is "" if there was none */
	struct source source;	  /* its path is to be freed */
};

static int find_target(const struct options *options, struct target *target)
{
	int32_t pid;

	if (options->operand_count != 1) {
		say("for example: rtctrack why 1234", "why does which process hang?");
		return -EINVAL;
	}
	if (target_read_pid(options->operands[0], &pid) < 0) {
		say("for example: rtctrack why 1234", "'%s' is not a process id",
		    options->operands[0]);
		return -EINVAL;
	}
	target_look(pid, target);
	if (target->trouble != TARGET_FINE) {
		say(target_trouble_remedy(target->trouble), "process %d %s", (int)pid,
		    target_trouble_text(target->trouble));
		return -ESRCH;
	}
	if (!target->is_readable) {
		say(geteuid() ? "if it belongs to another user, ask as that one, or as root"
			      : "root may not either, here: a container may need CAP_SYS_PTRACE",
		    "we may not look into process %d", (int)pid);
		return -EACCES;
	}
	return 0;
}

/* By its own pid, or by probes, which leave nothing in the process that could be seen. */
static bool find_run_in(const char *base, int32_t pid, struct run_info *ret_run)
{
	struct run_info *runs = calloc(RUNS_MAX, sizeof(*runs));
	size_t count = runs ? run_info_list(base, runs, RUNS_MAX) : 0;
	bool found = false;

	for (size_t i = 0; !found && i < count && i < RUNS_MAX; i++) {
		found = runs[i].pid == pid || run_info_records(&runs[i], pid);
		if (found)
			*ret_run = runs[i];
	}
	free(runs);
	return found;
}

static bool find_run(const struct options *options, const struct target *target,
		     struct run_info *ret_run)
{
	const char *around = getenv(TRACK_ENV_SPOOL_DIR);
	char folder[PATH_MAX];
	char *slash;

	if (run_folder_base(options->spool_dir ? options->spool_dir : around, false, folder) == 0 &&
	    find_run_in(folder, target->pid, ret_run))
		return true;
	snprintf(folder, sizeof(folder), "%s", target->spool);
	slash = strrchr(folder, '/');
	if (slash)
		*slash = 0;
	return slash && run_info_read(folder, ret_run) == 0;
}

/* The trace then says where the threads stand. */
static int ask_run(const struct run_info *run, int32_t pid)
{
	struct run_info again;
	int r;

	if (strcmp(run->version, RTCTRACK_VERSION) != 0) {
		say("ask by that version", "process %d is recorded by rtctrack %s, and this is %s",
		    (int)pid, run->version[0] ? run->version : "of an older version",
		    RTCTRACK_VERSION);
		return -EPROTO;
	}
	r = run_folder_ask(run->path);
	for (unsigned i = 0; r == 0 && !run_folder_answered(run->path) && i < ANSWER_STEPS; i++)
		usleep(ANSWER_STEP_US);
	if (r == 0 && run_info_read(run->path, &again) < 0) {
		say("its report tells", "the recording of process %d has just ended", (int)pid);
		return -ESRCH;
	}
	if (r == 0 && !run_folder_answered(run->path))
		r = -ETIMEDOUT;
	if (r < 0)
		say("is it stopped? Then let it go on",
		    "the rtctrack that records process %d (pid %d) does not answer: %s", (int)pid,
		    (int)run->pid, strerror(-r));
	return r;
}

/* Of another user's run there is a spool, but not what was read of it. */
static bool is_foreign(const struct target *target)
{
	struct stat st;

	return target->spool[0] && geteuid() != 0 && stat(target->spool, &st) == 0 &&
	       st.st_uid != geteuid();
}

/* What was recorded under its pid is then of a program before it, which it replaced. */
static bool makes_no_spool(const struct target *target)
{
	return target->has_shim && !target->spool[0];
}

/* A run that knows it, its own spool, or what probes see of it. */
static int find_recorder(const struct options *options, struct target *target,
			 struct recorder *recorder)
{
	const char *path = target->spool;
	int r = 0;

	recorder->is_run = !makes_no_spool(target) && find_run(options, target, &recorder->run);
	/* Who names the recorder means what it records. */
	if (recorder->is_run && recorder->run.pid == target->pid)
		target_look(recorder->run.program_pid, target);
	if (recorder->is_run) {
		path = recorder->run.trace_path;
		r = ask_run(&recorder->run, target->pid);
	} else if (is_foreign(target)) {
		say("ask as that user", "process %d is recorded by another user", (int)target->pid);
		r = -EACCES;
	} else if (!target->spool[0]) {
		path = recorder->glance.path;
		r = glance_take(options, target->pid, &recorder->glance);
	}
	if (r < 0)
		return r;
	recorder->source.spools = !recorder->is_run;
	recorder->source.path = strdup(path);
	return recorder->source.path ? 0 : -ENOMEM;
}

/* What hangs in it, of all that was recorded together. */
static void keep_own(struct report *report, int32_t pid)
{
	size_t kept = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		size_t process = report->findings[i].process;

		if (process < report->process_count && report->processes[process].pid == pid)
			report->findings[kept++] = report->findings[i];
	}
	report->finding_count = report->finding_total = kept;
}

/* Who asks about a wrapper, a shell or a supervisor may mean what that started. */
static void name_children(int32_t pid)
{
	struct report_task children[CHILDREN_MAX];
	size_t count = tasks_descendants(pid, children, CHILDREN_MAX);

	for (size_t i = 0; i < count; i++)
		printf("  it started process %" PRIu32 " (%s): rtctrack why %" PRIu32 "\n",
		       children[i].tid, children[i].name, children[i].tid);
}

static int write_lines(const struct options *options, struct report *report,
		       const struct target *target)
{
	struct output_folders folders;
	struct report_style style = output_style(stdout, options, &folders);
	struct report_task *tasks = NULL;
	size_t count = 0;
	int r = options->redact ? report_redact(&report, 1) : 0;

	if (r < 0)
		return r;
	printf("%s in process %d (%s)%s\n",
	       report->finding_count ? "something hangs" : "no deadlock is proven",
	       (int)target->pid, target->name[0] ? target->name : "?",
	       report->finding_count ? "" : "; where its threads stand:");
	if (report->finding_count)
		return report_text_findings(stdout, report, &style);
	r = tasks_list(target->pid, &tasks, &count);
	for (size_t i = 0; r == 0 && i < count; i++)
		tasks[i].is_held_back = tasks[i].tid == target->held_tid;
	if (r == 0)
		r = report_text_threads(stdout, report, tasks, count, &style);
	free(tasks);
	name_children(target->pid);
	return r;
}

static int tell(const struct options *options, const struct recorder *recorder,
		const struct target *target, struct trace *trace)
{
	struct options wanted = *options;
	struct report *report;
	int code, r;

	wanted.filter.rule = RULE;
	r = output_read(trace, recorder->source.path, &wanted,
			source_now_ns(&recorder->source, trace), &report);
	if (r < 0)
		return r;
	r = report_read_threads(report, trace, target->pid);
	keep_own(report, target->pid);
	code = report->finding_count ? EXIT_FINDINGS : EXIT_CLEAN;
	if (r == 0)
		r = options->format->reader == REPORT_FOR_PEOPLE
			    ? write_lines(options, report, target)
			    : output_write(stdout, options, &report, 1);
	if (r == 0 && fflush(stdout) == EOF)
		r = -errno;
	report_destroy(report);
	return r < 0 ? r : code;
}

static int explain(const struct options *options, const struct recorder *recorder,
		   const struct target *target)
{
	struct symbol_search search = options_search(options);
	struct road_times times = options_times(options);
	struct trace *trace;
	char error[512];
	int r;

	if (times.hang_after_ns == ROAD_TIME_UNSET)
		times.hang_after_ns = HANG_AFTER_NS;
	r = source_open(&recorder->source, &search, &times, NULL, &trace, error, sizeof(error));
	if (r < 0) {
		say(sources_remedy(r), "%s", error);
		return EXIT_TOOL;
	}
	r = tell(options, recorder, target, trace);
	if (r < 0)
		say(NULL, "cannot tell where process %d stands: %s", (int)target->pid,
		    strerror(-r));
	trace_close(trace);
	return r < 0 ? EXIT_TOOL : r;
}

/* What it tells is nothing that such a format has words for. */
static bool can_write(const struct report_format *format)
{
	char usable[64] = "";

	if (format->scope == REPORT_OF_ANY)
		return true;
	for (const struct report_format *other = report_formats; other->name; other++)
		if (other->scope == REPORT_OF_ANY)
			snprintf(usable + strlen(usable), sizeof(usable) - strlen(usable),
				 "%s--format %s", usable[0] ? " or " : "use ", other->name);
	say(usable, "why cannot write %s: that is for whole recordings", format->name);
	return false;
}

int cmd_why(const struct options *options)
{
	struct recorder recorder = {.glance = {.lock_fd = -1}};
	struct target target;
	int code = EXIT_TOOL;

	if (!can_write(options->format))
		return code;
	if (find_target(options, &target) == 0 && find_recorder(options, &target, &recorder) == 0)
		code = explain(options, &recorder, &target);
	free(recorder.source.path);
	run_folder_remove(&recorder.glance);
	return code;
}
