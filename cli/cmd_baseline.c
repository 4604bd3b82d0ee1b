/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate_tell.h"
#include "say.h"
#include "traces.h"

/* Findings that fail a gate. */
struct failing {
	struct policy_finding *items;
	size_t count;
	uint64_t resources;
	size_t placeless;
};

static int choose(const struct gate *gate, struct failing *ret_failing)
{
	struct gate_findings findings = gate_findings(gate);
	struct failing failing = {.items = calloc(findings.count + 1, sizeof(*failing.items))};

	if (!failing.items)
		return -ENOMEM;
	for (size_t i = 0; i < findings.count; i++) {
		if (!findings.marked[i]->gate.fails)
			continue;
		failing.items[failing.count++] = findings.asked[i];
		failing.resources += findings.asked[i].count;
		failing.placeless += findings.asked[i].placeless;
	}
	*ret_failing = failing;
	return 0;
}

static int cannot_write(const char *path, int error)
{
	say("choose a file that can be written", "cannot write '%s': %s", path, strerror(-error));
	return EXIT_TOOL;
}

/* All that is known of them is what they are, and which runtime was asked for it. */
static void warn_placeless(const struct failing *failing)
{
	if (failing->placeless)
		say("give its functions names: symbols or --debug-dir, for scripts a perf map "
		    "(node --perf-basic-prof --interpreted-frames-native-stack, python -X perf)",
		    "%zu of them %s no function of the program: the baseline cannot tell %s from "
		    "others of the class, and lets new ones pass in place of those that are fixed",
		    failing->placeless, failing->placeless == 1 ? "names" : "name",
		    failing->placeless == 1 ? "it" : "them");
}

/* Of these frames a fingerprint knows the place in the file, which the next build moves. */
static bool is_nameless(const struct policy_finding *finding)
{
	for (size_t i = 0; i < finding->frame_count; i++) {
		const struct policy_frame *frame = &finding->frames[i];

		if (!frame->function && frame->module &&
		    (!finding->culprit || !finding->culprit_module ||
		     strcmp(frame->module, finding->culprit_module) == 0))
			return true;
	}
	return false;
}

static void warn_nameless(const struct failing *failing)
{
	size_t nameless = 0;

	for (size_t i = 0; i < failing->count; i++)
		nameless += !failing->items[i].placeless && is_nameless(&failing->items[i]);
	if (nameless)
		say("keep the symbols of what is tested (no strip, no -s), or give --debug-dir",
		    "%zu of them %s functions without names, and will be new after the next build",
		    nameless, nameless == 1 ? "has" : "have");
}

static int write_new(const struct options *options, struct gate *gate, const char *path)
{
	uint64_t strict = gate_verdict(gate)->strict;
	struct failing failing = {0};
	int r = choose(gate, &failing);

	if (r == 0)
		r = policy_write_baseline(path, failing.items, failing.count);
	if (r == 0 && !options->quiet) {
		warn_nameless(&failing);
		warn_placeless(&failing);
	}
	free(failing.items);
	if (r < 0)
		return cannot_write(path, r);
	if (options->quiet)
		return EXIT_CLEAN;
	printf("%s: %zu finding%s, of %" PRIu64 " resource%s, pass a gate from now on", path,
	       failing.count, text_plural(failing.count), failing.resources,
	       text_plural(failing.resources));
	if (strict)
		printf("; %" PRIu64 " would fail it with --strict, and stay%s out", strict,
		       strict == 1 ? "s" : "");
	putchar('\n');
	return EXIT_CLEAN;
}

static void tell_refused(const struct gate *gate, const char *path)
{
	struct gate_findings findings = gate_findings(gate);
	char why[512];

	for (size_t i = 0; i < findings.count; i++) {
		const struct report_finding *finding = findings.marked[i];

		if (finding->gate.fails)
			printf("  stays out: %s %s  %s  [%s]  %s\n", finding->state, finding->rule,
			       finding->message, finding->fingerprint,
			       report_gate_says(finding, why, sizeof(why)));
	}
	say("a new one takes them in: remove it, then 'rtctrack baseline write'",
	    "%s takes in nothing that is new, and no more of what it knows", path);
}

static int update(const struct options *options, struct gate *gate, const char *path)
{
	struct policy_update update = {0};
	int r = policy_update_baseline(gate_files(gate)->policy, &update);

	if (r < 0)
		return cannot_write(path, r);
	if (!options->quiet)
		printf("%s: %zu gone, %zu lowered, %zu as before", path, update.gone,
		       update.lowered, update.kept);
	if (!options->quiet && update.not_run)
		printf(", %zu not run here", update.not_run);
	if (!options->quiet)
		putchar('\n');
	if (!update.refused)
		return EXIT_CLEAN;
	if (!options->quiet)
		tell_refused(gate, path);
	return EXIT_FINDINGS;
}

typedef int (*baseline_writer)(const struct options *options, struct gate *gate, const char *path);

/* What was not seen is neither known nor fixed. */
static int judge(const struct options *options, struct gate *gate, baseline_writer write)
{
	const char *path = options->operands[0];

	if (traces_judge(options, 1, options->operand_count - 1, gate, NULL) < 0)
		return EXIT_TOOL;
	if (verdict_is_complete(gate_verdict(gate)))
		return write(options, gate, path);
	say("record the program again; 'rtctrack report' says what is missing",
	    "'%s' stays as it is, since evidence is missing", path);
	return EXIT_NO_VERDICT;
}

static bool is_dangling(const char *path)
{
	return access(path, F_OK) < 0 && faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The first operand is the baseline itself. */
static int open_files(struct options *options, bool update, struct gate **ret_gate)
{
	const char *path = options->operands[0];
	int r;

	if (options->operand_count < 2) {
		say("for example: rtctrack baseline write leaks.jsonl trace.db",
		    "which baseline, and of which trace?");
		return -EINVAL;
	}
	if (!update && is_dangling(path)) {
		say("remove the link, or give the name of what it leads to",
		    "'%s' is a link to what is not there", path);
		return -ENOENT;
	}
	if (!update && access(path, F_OK) == 0) {
		say("'rtctrack baseline update' lowers it; remove it to write a new one",
		    "there is a baseline '%s' already", path);
		return -EEXIST;
	}
	r = gate_open(options, POLICY_WITHOUT_BASELINE, ret_gate);
	return r == 0 && update ? policy_files_set_baseline(gate_files(*ret_gate), path) : r;
}

static int run(const struct options *given, bool updates, baseline_writer write)
{
	struct options options = *given;
	struct gate *gate = NULL;
	int code = EXIT_TOOL;

	if (open_files(&options, updates, &gate) == 0)
		code = judge(&options, gate, write);
	gate_close(gate);
	return fflush(stdout) == 0 ? code : EXIT_TOOL;
}

int cmd_baseline_write(const struct options *options)
{
	return run(options, false, write_new);
}

int cmd_baseline_update(const struct options *options)
{
	return run(options, true, update);
}
