/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done wrong in a loop is one defect. Of equal acts at one place the first get a row
 * each, and the last of these says how many more there were.
 */
#ifndef ANALYZE_ACTS_H
#define ANALYZE_ACTS_H

#include <base/u64map.h>
#include <collect/collector.h>
#include <store/trace.h>

struct act_place;
struct image;

enum { ACTS_MAX = 1024 }; /* rows of equal acts */

/* A zeroed struct is empty. */
struct acts {
	struct u64map by_place;	  /* -> struct act_place * */
	struct act_place *latest; /* of the latest act; whoever asks sets it to NULL before */
};

void acts_finish(struct acts *acts);

/* The act that an event is; its resources are the caller's to fill in. what: a constant. */
struct trace_act act_by(const struct image *image, const struct collect_event *event,
			const char *what);
/*
 * Acts are equal that have what and stack in common, and this hash: of the class, or of the
 * resource. ret_place NULL: there are rows enough, and it was counted. -ENOMEM.
 */
int acts_admit(struct image *image, const struct trace_act *act, uint64_t alike,
	       struct act_place **ret_place);
/* Write one that was admitted. */
int acts_add(struct image *image, struct act_place *place, struct trace_act *act);
/* As many more, equal to one that was added. */
void acts_add_more(struct act_place *place, uint64_t count);
/* Once, when the image is over: the numbers of those without a row. */
int acts_write(const struct image *image);

#endif
