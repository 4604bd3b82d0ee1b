/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations about things that nobody told the birth of: nothing can be made of them,
 * so they are counted. By one that is missing, a whole class of things is never judged.
 */
#ifndef ANALYZE_STRAY_H
#define ANALYZE_STRAY_H

#include <collect/collector.h>

struct image;
struct stray;

struct strays {
	struct stray *items; /* by op and kind */
};

/* -ENOMEM. */
int strays_init(struct strays *strays);
void strays_finish(struct strays *strays);
/* The event is about an annotated thing that is not known: its subject, or the other. */
void stray_tell(struct image *image, const struct collect_event *event, unsigned kind,
		uint64_t subject);
/* Once, when the image is over. */
int strays_write(const struct image *image);

#endif
