/* SPDX-License-Identifier: Apache-2.0 */
#include "page_check.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>
#include <viewer/page.h>

#include "say.h"

/*
 * Browsers hold a block of a page in one string, of half a billion characters at most; compressed,
 * and as base64, a trace of that size still fits.
 */
#define IMAGE_MAX (1024u << 20)
/* Then a browser takes a while to begin. */
#define IMAGES_LARGE (256u << 20)

static bool is_page(const struct options *options)
{
	return options->format->reader == REPORT_FOR_BROWSER;
}

static int check(const struct options *options)
{
	if (options->source_url && !is_page(options)) {
		say("add --format html, or leave it out", "--source-url is about the page's links");
		return -EINVAL;
	}
	if (options->source_url && options->redact) {
		say("leave one of them out",
		    "--redact leaves no folders, which the links of --source-url need");
		return -EINVAL;
	}
	if (is_page(options) && !viewer_page_size()) {
		say("install npm (Node.js 18 or later) and build it again where npm's registry can "
		    "be "
		    "reached; until then use --format text, or another",
		    "this rtctrack was built without the page that --format %s is",
		    options->format->name);
		return -EINVAL;
	}
	return 0;
}

int page_check_file(const struct options *options)
{
	int r = check(options);

	if (r == 0 && is_page(options) && !options->report_path) {
		say("name a file: --report-file report.html",
		    "--format %s is a file to open in a browser, nothing for stderr",
		    options->format->name);
		r = -EINVAL;
	}
	return r;
}

int page_check_stdout(const struct options *options)
{
	int r = check(options);

	if (r == 0 && is_page(options) && isatty(STDOUT_FILENO)) {
		say("write it into a file: rtctrack report --format html TRACE >report.html",
		    "--format %s is a file to open in a browser, nothing for a terminal",
		    options->format->name);
		r = -EINVAL;
	}
	return r;
}

int page_check_size(const struct options *options, struct report *const *reports, size_t count)
{
	uint64_t all = 0;

	for (size_t i = 0; i < count; i++) {
		all += reports[i]->image_size;
		if (reports[i]->image_size <= IMAGE_MAX)
			continue;
		say("show less of it: record with a smaller --trace-budget",
		    "'%s' has %zu MB, and browsers open no page of a trace with more than %u",
		    reports[i]->trace_path, reports[i]->image_size >> 20, IMAGE_MAX >> 20);
		return -EFBIG;
	}
	if (all > IMAGES_LARGE && !options->quiet)
		say(NULL, "the traces in this page have %" PRIu64 " MB: browsers open it slowly",
		    all >> 20);
	return 0;
}

struct report_template page_template(void)
{
	return (struct report_template){
		.html = viewer_page,
		.size = viewer_page_size(),
		.marker = VIEWER_PAGE_MARKER,
	};
}
