/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <report/redact.h>
#include <stdlib.h>
#include <sys/ioctl.h>
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

#define WIDTH_MIN 40
#define WIDTH_MAX 1000

/* A terminal's columns, 0 if the stream is none. */
static size_t width_of(FILE *stream)
{
	const char *chosen = getenv("COLUMNS");
	struct winsize size;
	long columns = 0;

	if (!isatty(fileno(stream)))
		return 0;
	if (chosen)
		columns = strtol(chosen, NULL, 10);
	if (columns <= 0 && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0)
		columns = size.ws_col;
	return columns >= WIDTH_MIN && columns <= WIDTH_MAX ? (size_t)columns : 0;
}

int output_read(struct trace *trace, const char *trace_path, const struct options *options,
		uint64_t now_ns, struct report **ret_report)
{
	struct report_filter filter = options->filter;

	filter.now_ns = now_ns;
	return report_read(trace, trace_path, &filter, ret_report);
}

struct report_style output_style(FILE *stream, const struct options *options,
				 char ret_folder[PATH_MAX])
{
	return (struct report_style){
		.color = wants_color(stream, options->color),
		.full_stacks = options->full_stacks,
		.width = width_of(stream),
		.folder = getcwd(ret_folder, PATH_MAX),
	};
}

int output_write(FILE *stream, const struct options *options, struct report *const *reports,
		 size_t count)
{
	char folder[PATH_MAX];
	struct report_style style = output_style(stream, options, folder);
	int r = options->redact ? report_redact(reports, count) : 0;

	if (r < 0)
		return r;
	r = options->format->write(stream, reports, count, &style);
	if (fflush(stream) == EOF && r == 0)
		r = -errno;
	return r;
}

bool output_speaks(const struct options *options)
{
	return !options->quiet &&
	       (options->format->reader == REPORT_FOR_PEOPLE || options->report_path);
}
