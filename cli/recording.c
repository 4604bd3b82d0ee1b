/* SPDX-License-Identifier: Apache-2.0 */
#include "recording.h"

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
#include "pack_choice.h"
#include "pack_facts.h"
#include "program.h"
#include "road.h"
#include "run_folder.h"
#include "say.h"
#include "status_line.h"

#define POLL_MS 20
#define LAST_LOOK_US 20000

struct recording {
	const struct options *options;
	struct program program;
	char shim[PATH_MAX];
	struct run_folder folder;
	char trace_path[PATH_MAX];
	char command[1024];
	struct pack_choice packs;
	struct road *road;
	struct child child;
	bool begun;	/* the child was released */
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

static int find_shim(struct recording *recording)
{
	int r = shim_find(recording->shim);

	if (r == -EINVAL)
		say("move it, or let RTCTRACK_SHIM name a copy elsewhere",
		    "cannot preload '%s': its path holds a space or a colon", recording->shim);
	else if (r < 0)
		say("install rtctrack whole, or let RTCTRACK_SHIM name libtrack.so",
		    "cannot open '%s': %s", recording->shim, strerror(-r));
	return r;
}

static int make_folder(struct recording *recording)
{
	char base[PATH_MAX];
	int r = run_folder_base(recording->options->spool_dir, true, base);

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
	r = run_folder_create(base, &recording->folder);
	if (r == 0)
		r = run_folder_limit(&recording->folder, recording->options->cap_bytes);
	if (r < 0)
		say("choose another with --spool-dir", "cannot make a folder in '%s': %s", base,
		    strerror(-r));
	return r;
}

static void tell_trouble(const struct recording *recording)
{
	enum program_trouble trouble = recording->program.trouble;

	if (trouble != PROGRAM_FINE && !recording->options->quiet)
		say(program_trouble_remedy(trouble), "'%s' %s", recording->program.path,
		    program_trouble_text(trouble));
}

/* 0 or -errno: then it was said. */
static int choose_packs(struct recording *recording)
{
	if (!program_takes_preload(recording->program.trouble))
		return 0;
	return pack_choice_make(recording->options, &recording->program, recording->shim,
				recording->folder.path, &recording->packs);
}

static int prepare_child(struct recording *recording)
{
	const struct options *options = recording->options;
	struct shim_environment environment = {
		.shim_path =
			program_takes_preload(recording->program.trouble) ? recording->shim : NULL,
		.first = recording->program.asan,
		.packs = recording->packs.objects ? recording->packs.objects : "",
		.packs_later = recording->packs.later ? recording->packs.later : "",
		.spool_dir = recording->folder.path,
		.cap_bytes = options->cap_bytes,
		.stack_depth = options->stack_depth,
	};
	int r = child_prepare(options->operands, &environment, options->timeout_ns,
			      &recording->child);

	if (r < 0)
		say(NULL, "cannot start a process: %s", strerror(-r));
	return r;
}

static void join_command(struct recording *recording)
{
	size_t used = 0;

	for (char **word = recording->options->operands; *word && used < sizeof(recording->command);
	     word++)
		used += (size_t)snprintf(recording->command + used,
					 sizeof(recording->command) - used, "%s%s", used ? " " : "",
					 *word);
}

static int name_trace(struct recording *recording)
{
	const char *name = strrchr(recording->options->operands[0], '/');
	int length;

	name = name ? name + 1 : recording->options->operands[0];
	if (recording->options->trace_path)
		length = snprintf(recording->trace_path, sizeof(recording->trace_path), "%s",
				  recording->options->trace_path);
	else
		length = snprintf(recording->trace_path, sizeof(recording->trace_path),
				  "rtctrack-%s-%d.db", name, (int)recording->child.pid);
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

static int write_meta(struct recording *recording)
{
	struct trace *trace = road_trace(recording->road);
	struct utsname host;
	char started[32];
	int r;

	snprintf(started, sizeof(started), "%llu", (unsigned long long)clock_ns(CLOCK_REALTIME));
	r = trace_set_meta(trace, "rtctrack_version", RTCTRACK_VERSION);
	if (r == 0)
		r = trace_set_meta(trace, "command", recording->command);
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

/* What the packs say that were given as files; the trace knows those that come with us. */
static int tell_packs(const struct recording *recording)
{
	const struct option_texts *names = &recording->options->packs;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++)
		if (pack_choice_is_yaml(names->items[i]))
			r = pack_facts_write_file(road_trace(recording->road), names->items[i]);
	return r;
}

static int open_trace(struct recording *recording)
{
	struct symbol_search search = options_search(recording->options);
	int r = name_trace(recording);

	if (r == 0)
		r = road_create(recording->trace_path, &search, &recording->road);
	if (r < 0) {
		say("choose where the trace goes with -o TRACE", "%s", trace_open_error());
		return r;
	}
	road_set_trace_budget(recording->road, recording->options->trace_budget_bytes);
	r = road_own(recording->road, recording->folder.path);
	if (r < 0) {
		say(NULL, "cannot follow the spools: %s", road_error(recording->road));
		return r;
	}
	r = write_meta(recording);
	if (r == 0)
		r = tell_packs(recording);
	if (r == 0)
		r = road_set_grace(road_trace(recording->road), recording->options->grace_ns);
	if (r == 0)
		r = run_folder_announce(&recording->folder, (int32_t)recording->child.pid,
					recording->trace_path, recording->command);
	if (r < 0)
		say(NULL, "cannot begin the recording: %s", strerror(-r));
	return r;
}

int recording_prepare(const struct options *options, struct recording **ret_recording)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	int r;

	if (!recording)
		return EXIT_TOOL;
	recording->options = options;
	recording->folder.lock_fd = -1;
	*ret_recording = recording;
	r = program_inspect(options->operands[0], &recording->program);
	if (r < 0)
		return cannot_run(options->operands[0], r);
	return find_shim(recording) < 0 ? EXIT_TOOL : EXIT_CLEAN;
}

int recording_start(struct recording *recording)
{
	int r;

	if (make_folder(recording) < 0)
		return EXIT_TOOL;
	join_command(recording);
	if (choose_packs(recording) < 0 || prepare_child(recording) < 0)
		return EXIT_TOOL;
	if (open_trace(recording) < 0) {
		child_cancel(&recording->child);
		return EXIT_TOOL;
	}
	tell_trouble(recording);
	r = child_release(&recording->child);
	if (r < 0) {
		unlink(recording->trace_path);
		return cannot_run(recording->options->operands[0], r);
	}
	recording->begun = true;
	return EXIT_CLEAN;
}

static void collection_failed(struct recording *recording)
{
	char hint[2 * PATH_MAX + 128];

	recording->cut_short = true;
	snprintf(hint, sizeof(hint),
		 "what was read before is in %s; the spools stay: rtctrack report %s",
		 recording->trace_path, recording->folder.path);
	say(hint, "the recording is cut short: %s", road_error(recording->road));
}

static void follow(struct recording *recording)
{
	struct status_line line = status_line_start(recording->options->quiet);
	struct lifetimes_status status;
	int r;

	do {
		r = child_step(&recording->child, POLL_MS);
		if (r != 0 || recording->cut_short)
			continue;
		if (road_poll(recording->road) < 0) {
			status_line_erase(&line);
			collection_failed(recording);
			continue;
		}
		road_status(recording->road, &status);
		status_line_update(&line, clock_ns(CLOCK_MONOTONIC), &status);
	} while (r == 0);
	status_line_erase(&line);
	if (recording->child.timed_out && !recording->options->quiet)
		say(NULL, "ended by --timeout after %.1f s", recording->options->timeout_ns / 1e9);
}

static int finish_road(struct recording *recording, int exit_code)
{
	struct road_program program = {
		.pid = (int32_t)recording->child.pid,
		.wait_status = recording->child.status,
		.exit_code = exit_code,
		.packs = &recording->options->packs,
		.recordable = recording->program.trouble == PROGRAM_FINE,
		.timeout_ns = recording->child.timed_out ? recording->options->timeout_ns : 0,
	};

	if (recording->cut_short)
		return -EIO;
	/* A child that was forked last may not have its spool yet. */
	usleep(LAST_LOOK_US);
	if (road_finish(recording->road, &program) < 0) {
		collection_failed(recording);
		return -EIO;
	}
	return 0;
}

int recording_follow(struct recording *recording, int *ret_exit_code)
{
	follow(recording);
	*ret_exit_code = child_exit_code(recording->child.status);
	return finish_road(recording, *ret_exit_code);
}

struct trace *recording_trace(struct recording *recording)
{
	return road_trace(recording->road);
}

const char *recording_trace_path(const struct recording *recording)
{
	return recording->trace_path;
}

void recording_destroy(struct recording *recording)
{
	if (!recording)
		return;
	if (recording->begun)
		child_finish(&recording->child);
	if (recording->cut_short)
		run_folder_keep(&recording->folder);
	else
		run_folder_remove(&recording->folder);
	road_destroy(recording->road);
	pack_choice_free(&recording->packs);
	free(recording);
}
