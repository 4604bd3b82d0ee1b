/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether --source-url makes links at all: on the web a source file is found by its path from the
 * top of the repository, and where the page is written somewhere else no file has one.
 */
#ifndef CLI_PAGE_LINKS_H
#define CLI_PAGE_LINKS_H

#include <limits.h>
#include <store/trace.h>

#include "options.h"

struct page_links {
	bool some;	      /* a file of a trace has a link */
	char other[PATH_MAX]; /* one that has none; "" there is none */
};

/* Looks into the trace, if links are wanted. A trace that cannot be read has no files. */
void page_links_look(struct page_links *links, const struct options *options, struct trace *trace);

/* Tells the user where files have no links, and none has. */
void page_links_say(const struct page_links *links, const struct options *options);

#endif
