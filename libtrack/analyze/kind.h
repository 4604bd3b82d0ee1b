/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kind of resource is to the analysis: a kind_<name> for each row of kinds.def,
 * in the file that follows its lives. A row without one does not link.
 */
#ifndef ANALYZE_KIND_H
#define ANALYZE_KIND_H

#include <collect/collector.h>
#include <stdbool.h>
#include <store/trace.h>

struct image;
struct thing;

/* -ENOMEM or what the store says. What is unknown is stepped over. */
typedef int kind_handler(struct image *image, const struct collect_event *event);

struct kind {
	kind_handler *on[TRACK_OP__COUNT];  /* NULL: the op is nothing to this kind */
	kind_handler *compare;		    /* with a complete census; NULL: there is none of it */
	int (*settle)(struct image *image); /* the image is over; NULL: things, see thing_settle */
	/* Of a thing: what its row says beyond that of others. NULL: nothing. */
	void (*describe)(const struct thing *thing, struct trace_annotation *annotation);
	int weight_at_exit; /* merely alive at the end, what weighs more comes first */
	bool is_act;	    /* yet to be done: its class says what for */
	bool is_told;	    /* a leaked one is told by itself, under the leak rule of its row */
};

/* clang-format off */
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) extern const struct kind kind_##name;
#include <track/kinds.def>
#undef TRACK_KIND
/* clang-format on */

/* Of a number that was checked, or TRACK_KIND__COUNT (as word_kind_number may say): of no kind. */
const struct kind *kind_of(unsigned kind);

#endif
