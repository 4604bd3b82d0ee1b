/* SPDX-License-Identifier: Apache-2.0 */
#include "recording_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_choice.h"
#include "oom.h"
#include "options.h"
#include "road.h"
#include "say.h"
#include "settle.h"
#include "trace_facts.h"
#include "traces.h"

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
	char *base = recording->base;
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
		r = run_folder_limit(&recording->folder, recording->options->cap_bytes,
				     settle_most_ns(recording->options));
	if (r < 0)
		say("choose another with --spool-dir", "cannot make a folder in '%s': %s", base,
		    strerror(-r));
	return r;
}

static bool uses_shim(const struct recording *recording)
{
	return recording->engine != ENGINE_PROBES;
}

/* 0 or -errno: then it was said. */
static int choose_packs(struct recording *recording)
{
	if (!uses_shim(recording) || !program_takes_preload(recording->program.trouble))
		return 0;
	return pack_choice_make(recording->options, &recording->program, recording->shim,
				recording->folder.path, &recording->packs);
}

/* Where the shim has no part, the program's environment is its own. */
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
	int r = child_prepare(options->operands, uses_shim(recording) ? &environment : NULL,
			      options->timeout_ns, &recording->child);

	if (r < 0) {
		say(NULL, "cannot start a process: %s", strerror(-r));
		return r;
	}
	recording->pids = &recording->child.pid;
	recording->pid_count = 1;
	return 0;
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

static int name_trace(struct recording *recording, const char *program)
{
	const char *name = strrchr(program, '/');
	int length;

	name = name ? name + 1 : program;
	if (recording->options->trace_path)
		length = snprintf(recording->trace_path, sizeof(recording->trace_path), "%s",
				  recording->options->trace_path);
	else if (recording->pid_count)
		length = snprintf(recording->trace_path, sizeof(recording->trace_path),
				  "rtctrack-%s-%d.db", name, (int)recording->pids[0]);
	else
		length = snprintf(recording->trace_path, sizeof(recording->trace_path),
				  "rtctrack-%s.db", name);
	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int open_trace(struct recording *recording, const char *program)
{
	struct symbol_search search = options_search(recording->options);
	int r = name_trace(recording, program);

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
	r = trace_facts_write(road_trace(recording->road), recording->options, recording->command,
			      engine_name(recording->engine));
	if (r == 0)
		r = run_folder_announce(&recording->folder, recording->pids, recording->pid_count,
					recording->trace_path, recording->command);
	if (r < 0)
		say(NULL, "cannot begin the recording: %s", strerror(-r));
	return r;
}

static int create(const struct options *options, struct recording **ret_recording)
{
	struct recording *recording = calloc(1, sizeof(*recording));

	if (!recording)
		return -ENOMEM;
	recording->options = options;
	recording->folder.lock_fd = -1;
	*ret_recording = recording;
	return 0;
}

int recording_prepare(const struct options *options, struct recording **ret_recording)
{
	struct recording *recording;
	int r;

	if (create(options, ret_recording) < 0)
		return EXIT_TOOL;
	recording = *ret_recording;
	r = program_inspect(options->operands[0], &recording->program);
	if (r < 0)
		return cannot_run(options->operands[0], r);
	if (options->engine == OPTION_ENGINE_PROBES)
		return EXIT_CLEAN;
	return find_shim(recording) < 0 ? EXIT_TOOL : EXIT_CLEAN;
}

/* Before the child is let go: nothing of it may be missed. */
static int watch_child(struct recording *recording)
{
	const struct watcher *watcher = &recording->watcher;
	int r = 0;

	if (!watcher->probes)
		return 0;
	if (recording->engine == ENGINE_BOTH)
		r = run_folder_tell_beside(&recording->folder);
	if (r < 0) {
		say(NULL, "cannot let probes add to the spools: %s", strerror(-r));
		return r;
	}
	r = watcher_expect(watcher, &recording->program);
	if (r == 0)
		r = probes_follow(watcher->probes, (int32_t)recording->child.pid);
	if (r < 0)
		say(NULL, "cannot follow the program by probes: %s", watcher_error(watcher));
	else
		recording->child.wake_fd = probes_fd(watcher->probes);
	return r;
}

int recording_start(struct recording *recording)
{
	int r;

	if (make_folder(recording) < 0)
		return EXIT_TOOL;
	join_command(recording);
	if (engine_choice_make(recording->options, &recording->program, recording->folder.path,
			       &recording->watcher, &recording->engine) < 0 ||
	    choose_packs(recording) < 0 || prepare_child(recording) < 0)
		return EXIT_TOOL;
	if (open_trace(recording, recording->options->operands[0]) < 0 ||
	    watch_child(recording) < 0) {
		child_cancel(&recording->child);
		return EXIT_TOOL;
	}
	settle_say_unheld(recording->options, recording->engine);
	recording->oom_kills = oom_kills();
	r = child_release(&recording->child);
	if (r < 0) {
		unlink(recording->trace_path);
		return cannot_run(recording->options->operands[0], r);
	}
	recording->begun = true;
	return EXIT_CLEAN;
}

static int watch_targets(struct recording *recording)
{
	int r = watcher_create(recording->options, recording->folder.path, false,
			       &recording->watcher);

	if (r < 0 && r != WATCHER_TOLD)
		say(NULL, "cannot attach, since probes do not work here: %s",
		    watcher_error(&recording->watcher));
	if (r == 0) {
		r = attached_begin(recording->pids, recording->pid_count, &recording->attached);
		if (r < 0)
			say(NULL, "cannot watch the processes: %s", strerror(-r));
	}
	return r;
}

static int attach_all(struct recording *recording)
{
	struct probes *probes = recording->watcher.probes;
	int r = 0;

	for (size_t i = 0; r == 0 && i < recording->pid_count; i++) {
		r = probes_attach(probes, recording->pids[i]);
		if (r < 0)
			say(NULL, "cannot attach to process %d: %s", (int)recording->pids[i],
			    watcher_error(&recording->watcher));
	}
	if (r < 0) {
		unlink(recording->trace_path);
		return r;
	}
	recording->attached.wake_fd = probes_fd(probes);
	attached_limit(&recording->attached, recording->options->timeout_ns);
	return 0;
}

int recording_attach(const struct options *options, const struct recording_targets *targets,
		     struct recording **ret_recording)
{
	struct recording *recording;

	if (create(options, ret_recording) < 0)
		return EXIT_TOOL;
	recording = *ret_recording;
	recording->attaches = true;
	recording->engine = ENGINE_PROBES;
	recording->pids = targets->pids;
	recording->pid_count = targets->count;
	snprintf(recording->command, sizeof(recording->command), "%s", targets->command);
	if (make_folder(recording) < 0 || watch_targets(recording) < 0 ||
	    open_trace(recording, targets->name) < 0 || attach_all(recording) < 0)
		return EXIT_TOOL;
	settle_say_unheld(recording->options, recording->engine);
	return EXIT_CLEAN;
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
	offspring_finish(&recording->offspring);
	attached_finish(&recording->attached);
	hang_watch_finish(&recording->hangs);
	watcher_destroy(&recording->watcher);
	if (recording->cut_short)
		run_folder_keep(&recording->folder);
	else
		run_folder_remove(&recording->folder);
	traces_closed(recording->trace_path, road_destroy(recording->road));
	pack_choice_free(&recording->packs);
	free(recording);
}
