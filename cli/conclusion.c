/* SPDX-License-Identifier: Apache-2.0 */
#include "conclusion.h"

#include <errno.h>
#include <string.h>

#include "options.h"
#include "output.h"
#include "say.h"
#include "verdict.h"

int conclusion_open(struct conclusion *conclusion)
{
	const char *path = conclusion->options->report_path;
	int r;

	if (!path)
		return 0;
	conclusion->file = fopen(path, "we");
	r = conclusion->file ? 0 : -errno;
	if (r < 0)
		say("choose another with --report-file", "cannot write '%s': %s", path,
		    strerror(-r));
	return r;
}

void conclusion_close(struct conclusion *conclusion)
{
	if (conclusion->file)
		fclose(conclusion->file);
}

static int show_report(const struct conclusion *conclusion, struct trace *trace,
		       const char *trace_path)
{
	const struct options *options = conclusion->options;
	struct report *report;
	int r;

	if (options->quiet && !conclusion->file)
		return 0;
	r = output_read(trace, trace_path, options, 0, &report);
	if (r == 0) {
		r = output_write(conclusion->file ? conclusion->file : stderr, options, &report, 1);
		report_destroy(report);
	}
	if (r < 0)
		say("the trace is kept: rtctrack report", "cannot write the report: %s",
		    strerror(-r));
	return r;
}

/* Only a program that succeeded can be failed by the gate. */
static int gate(const struct conclusion *conclusion, struct trace *trace, int exit_code)
{
	const struct options *options = conclusion->options;
	struct verdict verdict = {0};
	char line[256];
	int code;

	if (!options->gate || exit_code != 0)
		return exit_code;
	if (!trace || verdict_add(&verdict, trace, options->strict) < 0)
		return EXIT_NO_VERDICT;
	code = verdict_conclude(&verdict, line, sizeof(line));
	if (output_speaks(options))
		say(NULL, "gate: %s", line);
	return code == EXIT_FINDINGS ? EXIT_GATE : code;
}

int conclusion_draw(const struct conclusion *conclusion, struct trace *trace,
		    const char *trace_path, int exit_code)
{
	if (trace && show_report(conclusion, trace, trace_path) < 0)
		trace = NULL;
	return gate(conclusion, trace, exit_code);
}
