/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <report/json.h>
#include <report/text.h>
#include <stdlib.h>
#include <unistd.h>

static bool wants_color(FILE *stream, enum option_color color)
{
	const char *no_color = getenv("NO_COLOR");

	switch (color) {
	case COLOR_ALWAYS:
		return true;
	case COLOR_NEVER:
		return false;
	case COLOR_AUTO:
		break;
	}
	return isatty(fileno(stream)) && !(no_color && no_color[0]);
}

int output_read(struct trace *trace, const char *trace_path, const struct options *options,
		struct report **ret_report)
{
	struct report_filter filter = {
		.kind = options->kind,
		.rule = options->rule,
		.top = options->top,
	};

	return report_read(trace, trace_path, &filter, ret_report);
}

static int write_texts(FILE *stream, const struct options *options, struct report *const *reports,
		       size_t count)
{
	char folder[PATH_MAX];
	struct report_style style = {
		.color = wants_color(stream, options->color),
		.full_stacks = options->full_stacks,
		.folder = getcwd(folder, sizeof(folder)),
	};

	for (size_t i = 0; i < count; i++) {
		int r = report_text(stream, reports[i], &style);

		if (r < 0)
			return r;
		if (i + 1 < count)
			fputc('\n', stream);
	}
	return 0;
}

int output_write(FILE *stream, const struct options *options, struct report *const *reports,
		 size_t count)
{
	int r = 0;

	switch (options->format) {
	case FORMAT_TEXT:
		r = write_texts(stream, options, reports, count);
		break;
	case FORMAT_JSON:
		r = report_json(stream, reports, count);
		break;
	}
	if (fflush(stream) == EOF && r == 0)
		r = -errno;
	return r;
}
