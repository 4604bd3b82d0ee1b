/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conclusion.h"
#include "options.h"
#include "recording.h"
#include "say.h"
#include "target.h"

#define TARGETS_MAX 1024

/* What the operands name. */
struct targets {
	int32_t pids[TARGETS_MAX];
	size_t count;
	struct target first;
};

static int add_target(const struct options *options, const char *word, struct targets *targets)
{
	struct target target;
	int32_t pid;

	if (target_read_pid(word, &pid) < 0) {
		say("for example: rtctrack attach 1234", "'%s' is not a process id", word);
		return -EINVAL;
	}
	if (targets->count == TARGETS_MAX) {
		say("give the folder of their cgroup to --cgroup", "at most %d processes at once",
		    TARGETS_MAX);
		return -E2BIG;
	}
	target_look(pid, &target);
	if (target.trouble != TARGET_FINE) {
		say(target_trouble_remedy(target.trouble), "process %d %s", (int)pid,
		    target_trouble_text(target.trouble));
		return -ESRCH;
	}
	if (target.has_shim && !options->quiet)
		say(NULL,
		    "process %d has the preloaded library in it, and is perhaps recorded "
		    "already; it is recorded once more",
		    (int)pid);
	if (!targets->count)
		targets->first = target;
	targets->pids[targets->count++] = pid;
	return 0;
}

static int find_targets(const struct options *options, struct targets *targets)
{
	int r = 0;

	if (!options->operand_count && !options->cgroup) {
		say("for example: rtctrack attach 1234", "attach to which process?");
		return -EINVAL;
	}
	for (size_t i = 0; r == 0 && i < options->operand_count; i++)
		r = add_target(options, options->operands[i], targets);
	return r;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int record(struct conclusion *conclusion, const struct targets *targets,
		  struct recording **recording)
{
	const struct options *options = &conclusion->options;
	struct recording_targets wanted = {
		.pids = targets->pids,
		.count = targets->count,
		.name = targets->count ? targets->first.name : base_name(options->cgroup),
		.command = targets->count ? targets->first.command : options->cgroup,
	};
	int code = recording_attach(options, &wanted, recording), exit_code;
	bool judged;

	if (code != EXIT_CLEAN)
		return code;
	if (!options->quiet)
		say(NULL, "recording %s; Ctrl-C ends it", wanted.command);
	judged = recording_follow(*recording, &exit_code) == 0;
	return conclusion_draw(conclusion, judged ? recording_trace(*recording) : NULL,
			       recording_trace_path(*recording), exit_code);
}

int cmd_attach(const struct options *options)
{
	struct conclusion conclusion;
	struct recording *recording = NULL;
	struct targets *targets = calloc(1, sizeof(*targets));
	int code = EXIT_TOOL;

	if (!targets)
		return EXIT_TOOL;
	if (conclusion_prepare(&conclusion, options) == 0 && find_targets(options, targets) == 0 &&
	    conclusion_open(&conclusion) == 0)
		code = record(&conclusion, targets, &recording);
	recording_destroy(recording);
	conclusion_close(&conclusion);
	free(targets);
	return code;
}
