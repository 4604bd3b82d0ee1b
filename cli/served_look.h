/* SPDX-License-Identifier: Apache-2.0 */
/* A look at one recording of a page that is served: what it holds, and what a gate says of it. */
#ifndef CLI_SERVED_LOOK_H
#define CLI_SERVED_LOOK_H

#include <report/page.h>
#include <serve/pages.h>

#include "gate.h"
#include "options.h"
#include "page_links.h"
#include "sources.h"

/* What a gate says of it. */
struct judgement {
	struct options options; /* completed by the gate's files */
	struct gate *gate;
	struct report *report;
};

/* NULL is fine. */
void judgement_destroy(struct judgement *judgement);

/* What a look gives; the caller keeps what is in it. */
struct look {
	struct judgement *judgement;
	uint64_t size_bytes;  /* of the image */
	bool finished;	      /* its recording has ended in order */
	uint64_t grace_ns;    /* that it was judged by */
	unsigned char *image; /* NULL: it is too large */
	size_t image_size;
	struct page_links links; /* from it to its source files */
	uint64_t took_ns;
};

enum { LOOK_WHY_BYTES = 1024 };

/*
 * image_most: no image that is larger. names: a trace that keeps those that were found, from look
 * to look. 0 or -errno; then ret_why has a sentence, or is empty: it was said.
 */
int look_take(const struct source *source, const struct options *options, struct trace *names,
	      uint64_t image_most, struct look *ret_look, char ret_why[LOOK_WHY_BYTES]);

uint64_t look_clock_ns(void);

#endif
