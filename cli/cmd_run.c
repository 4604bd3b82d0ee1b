/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "road.h"
#include "run_folder.h"
#include "say.h"
#include "status_line.h"
#include "verdict.h"

#define POLL_MS 20
#define LAST_LOOK_US 20000

struct run {
	const struct options *options;
	struct program program;
	char shim[PATH_MAX];
	struct run_folder folder;
	char trace_path[PATH_MAX];
	char command[1024];
	FILE *report; /* NULL: stderr */
	struct road *road;
	struct child child;
	bool cut_short; /* the collection failed midway */
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

/* As shells: 127 not found, 126 found and not startable. */
static int cannot_run(const char *name, int error)
{
	bool missing = error == -ENOENT || error == -ENOTDIR;
	const char *hint = missing ? "give a program that PATH leads to, or a path with a slash"
				   : "it must be an executable file (chmod +x)";

	say(hint, "cannot run '%s': %s", name, strerror(-error));
	return missing ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

static int find_shim(struct run *run)
{
	int r = shim_find(run->shim);

	if (r == -EINVAL)
		say("move it, or let RTCTRACK_SHIM name a copy elsewhere",
		    "cannot preload '%s': its path holds a space or a colon", run->shim);
	else if (r < 0)
		say("install rtctrack whole, or let RTCTRACK_SHIM name libtrack.so",
		    "cannot open '%s': %s", run->shim, strerror(-r));
	return r;
}

static int make_folder(struct run *run)
{
	char base[PATH_MAX];
	int r = run_folder_base(run->options->spool_dir, true, base);

	if (r == -EPERM)
		say("choose another with --spool-dir",
		    "cannot keep spools in '%s': it is open to others", base);
	else if (r == -EMEDIUMTYPE)
		say("choose another with --spool-dir, on tmpfs (/dev/shm), ext4 or xfs",
		    "cannot keep spools in '%s': on %s a full disk would kill the program", base,
		    run_folder_unfit(base));
	else if (r < 0)
		say("choose another with --spool-dir", "cannot keep spools in '%s': %s", base,
		    strerror(-r));
	if (r < 0)
		return r;
	r = run_folder_create(base, &run->folder);
	if (r == 0)
		r = run_folder_limit(&run->folder, run->options->cap_bytes);
	if (r < 0)
		say("choose another with --spool-dir", "cannot make a folder in '%s': %s", base,
		    strerror(-r));
	return r;
}

static int open_report(struct run *run)
{
	const char *path = run->options->report_path;
	int r;

	if (!path)
		return 0;
	run->report = fopen(path, "we");
	r = run->report ? 0 : -errno;
	if (r < 0)
		say("choose another with --report-file", "cannot write '%s': %s", path,
		    strerror(-r));
	return r;
}

static void tell_trouble(const struct run *run)
{
	enum program_trouble trouble = run->program.trouble;

	if (trouble != PROGRAM_FINE && !run->options->quiet)
		say(program_trouble_remedy(trouble), "'%s' %s", run->program.path,
		    program_trouble_text(trouble));
}

static int prepare_child(struct run *run)
{
	const struct options *options = run->options;
	struct shim_environment environment = {
		.shim_path = program_takes_preload(run->program.trouble) ? run->shim : NULL,
		.first = run->program.asan,
		.spool_dir = run->folder.path,
		.cap_bytes = options->cap_bytes,
		.stack_depth = options->stack_depth,
	};
	int r = child_prepare(options->operands, &environment, options->timeout_ns, &run->child);

	if (r < 0)
		say(NULL, "cannot start a process: %s", strerror(-r));
	return r;
}

static void join_command(struct run *run)
{
	size_t used = 0;

	for (char **word = run->options->operands; *word && used < sizeof(run->command); word++)
		used += (size_t)snprintf(run->command + used, sizeof(run->command) - used, "%s%s",
					 used ? " " : "", *word);
}

static int name_trace(struct run *run)
{
	const char *name = strrchr(run->options->operands[0], '/');
	int length;

	name = name ? name + 1 : run->options->operands[0];
	if (run->options->trace_path)
		length = snprintf(run->trace_path, sizeof(run->trace_path), "%s",
				  run->options->trace_path);
	else
		length = snprintf(run->trace_path, sizeof(run->trace_path), "rtctrack-%s-%d.db",
				  name, (int)run->child.pid);
	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The ports that the kernel gives to sockets that ask for none, "low-high". */
static int write_port_range(struct trace *trace)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned low, high;
	char range[32];
	int found;

	if (!file)
		return 0;
	found = fscanf(file, "%u %u", &low, &high);
	fclose(file);
	if (found != 2)
		return 0;
	snprintf(range, sizeof(range), "%u-%u", low, high);
	return trace_set_meta(trace, "port_range", range);
}

static int write_meta(struct run *run)
{
	struct trace *trace = road_trace(run->road);
	struct utsname host;
	char started[32];
	int r;

	snprintf(started, sizeof(started), "%llu", (unsigned long long)clock_ns(CLOCK_REALTIME));
	r = trace_set_meta(trace, "rtctrack_version", RTCTRACK_VERSION);
	if (r == 0)
		r = trace_set_meta(trace, "command", run->command);
	if (r == 0)
		r = trace_set_meta(trace, "engine", "shim");
	if (r == 0)
		r = trace_set_meta(trace, "started_at", started);
	if (r == 0 && uname(&host) == 0)
		r = trace_set_meta(trace, "host", host.nodename);
	if (r == 0)
		r = write_port_range(trace);
	return r;
}

static int open_trace(struct run *run)
{
	struct symbol_search search = options_search(run->options);
	int r = name_trace(run);

	if (r == 0)
		r = road_create(run->trace_path, &search, &run->road);
	if (r < 0) {
		say("choose where the trace goes with -o TRACE", "%s", trace_open_error());
		return r;
	}
	road_set_trace_budget(run->road, run->options->trace_budget_bytes);
	r = road_own(run->road, run->folder.path);
	if (r < 0) {
		say(NULL, "cannot follow the spools: %s", road_error(run->road));
		return r;
	}
	r = write_meta(run);
	if (r == 0)
		r = road_set_grace(road_trace(run->road), run->options->grace_ns);
	if (r == 0)
		r = run_folder_announce(&run->folder, (int32_t)run->child.pid, run->trace_path,
					run->command);
	if (r < 0)
		say(NULL, "cannot begin the recording: %s", strerror(-r));
	return r;
}

/* Everything that can fail fails here, before the program's first instruction. */
static int set_up(struct run *run)
{
	int r = find_shim(run);

	if (r == 0)
		r = open_report(run);
	if (r == 0)
		r = make_folder(run);
	if (r < 0)
		return EXIT_TOOL;
	join_command(run);
	if (prepare_child(run) < 0)
		return EXIT_TOOL;
	if (open_trace(run) < 0) {
		child_cancel(&run->child);
		return EXIT_TOOL;
	}
	tell_trouble(run);
	r = child_release(&run->child);
	if (r < 0) {
		unlink(run->trace_path);
		return cannot_run(run->options->operands[0], r);
	}
	return EXIT_CLEAN;
}

static void collection_failed(struct run *run)
{
	char hint[2 * PATH_MAX + 128];

	run->cut_short = true;
	snprintf(hint, sizeof(hint),
		 "what was read before is in %s; the spools stay: rtctrack report %s",
		 run->trace_path, run->folder.path);
	say(hint, "the recording is cut short: %s", road_error(run->road));
}

static void follow(struct run *run)
{
	struct status_line line = status_line_start(run->options->quiet);
	struct lifetimes_status status;
	int r;

	do {
		r = child_step(&run->child, POLL_MS);
		if (r != 0 || run->cut_short)
			continue;
		if (road_poll(run->road) < 0) {
			status_line_erase(&line);
			collection_failed(run);
			continue;
		}
		road_status(run->road, &status);
		status_line_update(&line, clock_ns(CLOCK_MONOTONIC), &status);
	} while (r == 0);
	status_line_erase(&line);
	if (run->child.timed_out && !run->options->quiet)
		say(NULL, "ended by --timeout after %.1f s", run->options->timeout_ns / 1e9);
}

static int finish_road(struct run *run, int exit_code)
{
	struct road_program program = {
		.pid = (int32_t)run->child.pid,
		.wait_status = run->child.status,
		.exit_code = exit_code,
		.recordable = run->program.trouble == PROGRAM_FINE,
		.timeout_ns = run->child.timed_out ? run->options->timeout_ns : 0,
	};

	if (run->cut_short)
		return -EIO;
	/* A child that was forked last may not have its spool yet. */
	usleep(LAST_LOOK_US);
	if (road_finish(run->road, &program) < 0) {
		collection_failed(run);
		return -EIO;
	}
	return 0;
}

static int show_report(struct run *run)
{
	FILE *stream = run->report ? run->report : stderr;
	struct report *report;
	int r;

	if (run->options->quiet && !run->report)
		return 0;
	r = output_read(road_trace(run->road), run->trace_path, run->options, 0, &report);
	if (r == 0) {
		r = output_write(stream, run->options, &report, 1);
		report_destroy(report);
	}
	if (r < 0)
		say("the trace is kept: rtctrack report", "cannot write the report: %s",
		    strerror(-r));
	return r;
}

/* Only a program that succeeded can be failed by the gate. */
static int gate(struct run *run, int exit_code, bool judged)
{
	struct verdict verdict = {0};
	char line[160];
	int code;

	if (!run->options->gate || exit_code != 0)
		return exit_code;
	if (!judged || verdict_add(&verdict, road_trace(run->road), run->options->strict) < 0)
		return EXIT_NO_VERDICT;
	code = verdict_conclude(&verdict, line, sizeof(line));
	/* A machine reads the report on stderr: nothing may follow it. */
	if (!run->options->quiet &&
	    (run->options->format->reader == REPORT_FOR_PEOPLE || run->report))
		say(NULL, "gate: %s", line);
	return code == EXIT_FINDINGS ? EXIT_GATE : code;
}

static int record(struct run *run)
{
	int exit_code;
	bool judged;

	follow(run);
	exit_code = child_exit_code(run->child.status);
	judged = finish_road(run, exit_code) == 0;
	if (judged && show_report(run) < 0)
		judged = false;
	exit_code = gate(run, exit_code, judged);
	child_finish(&run->child);
	return exit_code;
}

int cmd_run(const struct options *options)
{
	struct run *run;
	int code, r;

	if (!options->operand_count) {
		say("for example: rtctrack run -- ./program --its-option", "run what?");
		return EXIT_TOOL;
	}
	run = calloc(1, sizeof(*run));
	if (!run)
		return EXIT_TOOL;
	run->options = options;
	run->folder.lock_fd = -1;
	r = program_inspect(options->operands[0], &run->program);
	if (r < 0) {
		code = cannot_run(options->operands[0], r);
		goto out;
	}
	code = set_up(run);
	if (code == EXIT_CLEAN)
		code = record(run);
	if (run->cut_short)
		run_folder_keep(&run->folder);
	else
		run_folder_remove(&run->folder);
out:
	road_destroy(run->road);
	if (run->report)
		fclose(run->report);
	free(run);
	return code;
}
