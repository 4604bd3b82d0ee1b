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

/* A zeroed struct is empty. */
struct strays {
	struct stray *items; /* by op and kind; NULL: there is none */
};

void strays_finish(struct strays *strays);
/* Before an event that its kind handles is handled. -ENOMEM. */
int strays_look(struct image *image, const struct collect_event *event);
/* Once, when the image is over. */
int strays_write(const struct image *image);

#endif
