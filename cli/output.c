/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <report/merge.h>
#include <report/redact.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "page_check.h"
#include "step_summary.h"

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

/* Cuts it to the nearest folder from there upward that has one of that name. */
static bool cut_to(char path[PATH_MAX], const char *name)
{
	char inner[PATH_MAX + 64];

	for (size_t length = strlen(path); length;) {
		snprintf(inner, sizeof(inner), "%.*s/%s", (int)length, path, name);
		if (access(inner, F_OK) == 0) {
			path[length] = '\0';
			return true;
		}
		while (length && path[--length] != '/')
			continue;
	}
	return false;
}

static bool is_within(const char *folder, const char *outer)
{
	size_t length = strlen(outer);

	return outer[0] == '/' && strncmp(folder, outer, length) == 0 &&
	       (folder[length] == '/' || !folder[length]);
}

/*
 * The top of the repository that the folder lies in. A job in a container may have the files
 * alone: then it is where GitHub says that they are. Else the folder itself.
 */
static void find_root(const char *folder, char ret_root[PATH_MAX])
{
	const char *workspace = getenv("GITHUB_WORKSPACE");

	snprintf(ret_root, PATH_MAX, "%s", folder);
	if (!cut_to(ret_root, ".git") && workspace && is_within(folder, workspace))
		snprintf(ret_root, PATH_MAX, "%s", workspace);
}

/* As the page is told: texts that name folders or marks go with these. */
static struct report_filter shown_filter(const struct options *options)
{
	struct report_filter filter = options->filter;

	if (options->redact) {
		filter.mine = NULL;
		if (filter.since && !isdigit((unsigned char)filter.since[0]))
			filter.since = NULL;
	}
	return filter;
}

struct report_style output_style(FILE *stream, const struct options *options,
				 struct output_folders *ret_folders)
{
	const char *folder = getcwd(ret_folders->folder, PATH_MAX);
	bool shows_root = folder && !options->redact;

	if (shows_root)
		find_root(folder, ret_folders->root);
	return (struct report_style){
		.color = wants_color(stream, options->color),
		.full_stacks = options->full_stacks,
		.width = width_of(stream),
		.folder = folder,
		.root = shows_root ? ret_folders->root : NULL,
		.version = RTCTRACK_VERSION,
		.filter = shown_filter(options),
		.source_url = options->source_url,
		.page = page_template(),
	};
}

static int write_reports(FILE *stream, const struct options *options, struct report *const *reports,
			 size_t count)
{
	struct output_folders folders;
	struct report_style style = output_style(stream, options, &folders);
	int r = options->format->write(stream, reports, count, &style);

	if (fflush(stream) == EOF && r == 0)
		r = -errno;
	if (r == 0 && options->format->write == report_github)
		step_summary_add(reports, count, &style);
	return r;
}

int output_write(FILE *stream, const struct options *options, struct report *const *reports,
		 size_t count)
{
	struct report *merged;
	int r = page_check_size(options, reports, count);

	if (r == 0 && options->redact)
		r = report_redact(reports, count);
	if (r < 0)
		return r;
	if (!options->merge || count < 2)
		return write_reports(stream, options, reports, count);
	r = report_merge(reports, count, options->filter.top, &merged);
	if (r < 0)
		return r;
	r = write_reports(stream, options, &merged, 1);
	report_destroy(merged);
	return r;
}

bool output_speaks(const struct options *options)
{
	return !options->quiet &&
	       (options->format->reader == REPORT_FOR_PEOPLE || options->report_path);
}
