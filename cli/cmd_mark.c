/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#include "mark.h"
#include "options.h"
#include "run_folder.h"
#include "say.h"

#define RUNS_MAX 64
#define TEXT_BYTES_MAX 512

static void list_runs(const struct run_info *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "    --run %d  %s\n", (int)runs[i].pid, runs[i].command);
}

/* 0: it has none, or is gone. */
static int32_t parent_of(int32_t pid)
{
	char path[64], text[512];
	const char *end;
	int32_t parent = 0;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = 0;
	end = strrchr(text, ')'); /* a name may have any character in it */
	return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static const struct run_info *find_by_pid(const struct run_info *runs, size_t count, int32_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (run_info_has(&runs[i], pid))
			return &runs[i];
	return NULL;
}

/* The run that we are inside of: where probes record, the environment does not say so. */
static const struct run_info *find_around(const struct run_info *runs, size_t count)
{
	const struct run_info *found = NULL;

	for (int32_t pid = getppid(); pid > 1 && !found; pid = parent_of(pid))
		found = find_by_pid(runs, count, pid);
	return found;
}

static int choose(const struct run_info *runs, size_t count, uint32_t pid,
		  struct run_info *ret_info)
{
	const struct run_info *found =
		pid ? find_by_pid(runs, count, (int32_t)pid) : find_around(runs, count);

	if (found) {
		*ret_info = *found;
		return 0;
	}
	if (!pid && count == 1) {
		*ret_info = runs[0];
		return 0;
	}
	if (!count)
		say("start one with: rtctrack run -- ./program", "no run of yours is going on");
	else if (pid)
		say("these are going on:", "no run of yours has the pid %u", pid);
	else
		say("choose one:", "%zu runs are going on", count);
	list_runs(runs, count);
	return -ENOENT;
}

/* Inside a traced program the environment says which run it is. */
static int find_run(const struct options *options, struct run_info *ret_info)
{
	const char *around = getenv(TRACK_ENV_SPOOL_DIR);
	struct run_info *runs;
	char base[PATH_MAX];
	size_t count = 0;
	int r;

	if (!options->run_pid && !options->spool_dir && around &&
	    run_info_read(around, ret_info) == 0)
		return 0;
	runs = calloc(RUNS_MAX, sizeof(*runs));
	if (!runs)
		return -ENOMEM;
	/* As the preloaded library chooses its folder. */
	if (!around || !around[0])
		around = NULL;
	if (run_folder_base(options->spool_dir ? options->spool_dir : around, false, base) == 0)
		count = run_info_list(base, runs, RUNS_MAX);
	r = choose(runs, count < RUNS_MAX ? count : RUNS_MAX, options->run_pid, ret_info);
	free(runs);
	return r;
}

static void join_words(char **words, char *ret_text, size_t capacity)
{
	char raw[TEXT_BYTES_MAX];
	size_t used = 0;

	raw[0] = 0;
	for (; *words && used < sizeof(raw); words++)
		used += (size_t)snprintf(raw + used, sizeof(raw) - used, "%s%s", used ? " " : "",
					 *words);
	text_clean(raw, strlen(raw), ret_text, capacity);
}

int cmd_mark(const struct options *options)
{
	char text[TEXT_BYTES_MAX * 3];
	struct run_info info;
	int r;

	if (!options->operand_count) {
		say("for example: rtctrack mark after session 3", "mark what?");
		return EXIT_TOOL;
	}
	join_words(options->operands, text, sizeof(text));
	if (find_run(options, &info) < 0)
		return EXIT_TOOL;
	r = mark_append(info.path, info.program_pid, text);
	if (r < 0) {
		say(NULL, "cannot write a mark in '%s': %s", info.path, strerror(-r));
		return EXIT_TOOL;
	}
	printf("marked '%s' in the run of %s (pid %d)\n", text, info.command,
	       (int)info.program_pid);
	return EXIT_CLEAN;
}
