/* SPDX-License-Identifier: Apache-2.0 */
#include "conclusion.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ending.h"
#include "gate_tell.h"
#include "output.h"
#include "page_check.h"
#include "page_links.h"
#include "say.h"
#include "settle.h"

/* Also of what is not there yet. */
static bool find_place(const char *path, char ret_place[PATH_MAX])
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int length = slash ? (int)(name - path) : 1;
	size_t used;

	if (realpath(path, ret_place))
		return true;
	snprintf(folder, sizeof(folder), "%.*s", length, slash ? path : ".");
	if (!realpath(folder, ret_place))
		return false;
	used = strlen(ret_place);
	return snprintf(ret_place + used, PATH_MAX - used, "/%s", name) < (int)(PATH_MAX - used);
}

static int refuse_one_file(const struct options *options)
{
	char report[PATH_MAX], trace[PATH_MAX];

	if (!options->report_path || !options->trace_path ||
	    !find_place(options->report_path, report) || !find_place(options->trace_path, trace) ||
	    strcmp(report, trace) != 0)
		return 0;
	say("choose another with --report-file", "'%s' is to be the trace", options->report_path);
	return -EINVAL;
}

/* Who forgot the gate would take its silence for a pass. */
static bool is_usable(const struct options *options)
{
	if (!options->leak_exit_code || options->gate)
		return true;
	say("give --gate, or leave --leak-exitcode out",
	    "--leak-exitcode is what --gate exits with: without that nothing fails");
	return false;
}

int conclusion_prepare(struct conclusion *conclusion, const struct options *options)
{
	int r = page_check_file(options);

	if (r == 0)
		r = refuse_one_file(options);
	*conclusion = (struct conclusion){.options = *options};
	if (r == 0 && !is_usable(options))
		r = -EINVAL;
	if (r < 0)
		return r;
	r = gate_open(&conclusion->options,
		      options->gate ? POLICY_WITH_BASELINE : POLICY_BASELINE_IF_THERE,
		      &conclusion->gate);
	if (r == 0)
		settle_say_short(&conclusion->options);
	return r;
}

int conclusion_open(struct conclusion *conclusion)
{
	const char *path = conclusion->options.report_path;
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
	gate_close(conclusion->gate);
}

static int write_report(struct conclusion *conclusion, struct report *report)
{
	FILE *stream = conclusion->file ? conclusion->file : stderr;
	int r = output_write(stream, &conclusion->options, &report, 1);

	/* Some disks say only then that they are full. */
	if (conclusion->file && fclose(conclusion->file) != 0 && r == 0)
		r = -errno;
	conclusion->file = NULL;
	if (r < 0)
		say("the trace is kept: rtctrack report", "cannot write the report: %s",
		    strerror(-r));
	return r;
}

/* Judges, and shows the report. 0 or -errno. */
static int conclude(struct conclusion *conclusion, struct trace *trace, const char *trace_path)
{
	bool shows = !conclusion->options.quiet || conclusion->file;
	struct page_links links = {0};
	struct report *report = NULL;
	int r = gate_add(conclusion->gate, trace, trace_path, 0, shows ? &report : NULL);

	if (r == 0)
		r = gate_judge(conclusion->gate);
	if (r < 0)
		say("the trace is kept: rtctrack report", "cannot judge the findings: %s",
		    strerror(-r));
	if (r == 0 && report) {
		page_links_look(&links, &conclusion->options, trace);
		page_links_say(&links, &conclusion->options);
		r = write_report(conclusion, report);
	}
	report_destroy(report);
	return r;
}

/* Only a program that succeeded can be failed by the gate, or a daemon that was told to end. */
static int exit_by_gate(const struct conclusion *conclusion, int exit_code)
{
	const struct options *options = &conclusion->options;
	int code = gate_code(conclusion->gate);

	if (output_speaks(options)) {
		gate_warn(conclusion->gate);
		say(NULL,
		    exit_code ? "gate: %s; the exit code, %d, is the program's own" : "gate: %s",
		    gate_line(conclusion->gate), exit_code);
	}
	if (!ending_is_orderly(exit_code) || code == EXIT_CLEAN)
		return exit_code;
	if (code != EXIT_FINDINGS)
		return code;
	return options->leak_exit_code ? (int)options->leak_exit_code : EXIT_GATE;
}

int conclusion_draw(struct conclusion *conclusion, struct trace *trace, const char *trace_path,
		    int exit_code)
{
	bool judged = trace && conclude(conclusion, trace, trace_path) == 0;

	if (!conclusion->options.gate)
		return exit_code;
	if (!judged)
		return exit_code ? exit_code : EXIT_NO_VERDICT;
	return exit_by_gate(conclusion, exit_code);
}
