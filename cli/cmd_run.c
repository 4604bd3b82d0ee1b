/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "output.h"
#include "recording.h"
#include "say.h"
#include "verdict.h"

struct run {
	const struct options *options;
	struct recording *recording;
	FILE *report; /* NULL: stderr */
};

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

static int show_report(struct run *run)
{
	FILE *stream = run->report ? run->report : stderr;
	struct report *report;
	int r;

	if (run->options->quiet && !run->report)
		return 0;
	r = output_read(recording_trace(run->recording), recording_trace_path(run->recording),
			run->options, 0, &report);
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
	if (!judged ||
	    verdict_add(&verdict, recording_trace(run->recording), run->options->strict) < 0)
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
	bool judged = recording_follow(run->recording, &exit_code) == 0;

	if (judged && show_report(run) < 0)
		judged = false;
	return gate(run, exit_code, judged);
}

int cmd_run(const struct options *options)
{
	struct run run = {.options = options};
	int code;

	if (!options->operand_count) {
		say("for example: rtctrack run -- ./program --its-option", "run what?");
		return EXIT_TOOL;
	}
	code = recording_prepare(options, &run.recording);
	if (code == EXIT_CLEAN && open_report(&run) < 0)
		code = EXIT_TOOL;
	if (code == EXIT_CLEAN)
		code = recording_start(run.recording);
	if (code == EXIT_CLEAN)
		code = record(&run);
	recording_destroy(run.recording);
	if (run.report)
		fclose(run.report);
	return code;
}
