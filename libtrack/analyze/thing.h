/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What annotations tell of: objects, callbacks, tasks, timers and scopes of one
 * process image, by the address that stands for each. A thing is one life; what is
 * born at the same address later is another thing. It is kept after its end until
 * then, so that a late use of it is known for what it is.
 */
#ifndef ANALYZE_THING_H
#define ANALYZE_THING_H

#include <base/u64map.h>

#include "life.h"

struct reference;

enum { THING_OWNERS_MAX = 64 }; /* one above the other; a longer chain is not told */

struct thing {
	struct life life;	  /* the first member */
	struct thing *next, **at; /* of the list of all, and what leads to it there */
	uint32_t holds;	 /* who refers to this memory: the map, lives that belong to it, ... */
	uint32_t traits; /* enum track_trait */
	bool alive;
	bool cancelled;	     /* callback: taken back by who armed it */
	bool woken;	     /* task: to be polled, or polled now */
	bool has_dependents; /* something belongs to it, and ends with it */
	uint32_t again;	     /* callback of a pack: armed so often more, and not yet called */
	uint64_t fires;
	uint64_t refs;		      /* retained and not released */
	struct reference *references; /* the latest first */
	size_t reference_count, reference_limit;
	bool references_written;
	uint64_t close_ns, closed_ns; /* scope: its close call and the return; 0: not yet */
	int64_t close_stack;
	uint32_t close_tid;
	uint32_t closes; /* scope: close calls that have yet to return */
	bool refused;	 /* scope: the last close failed */
};

/* A zeroed struct is empty. */
struct things {
	struct u64map by_subject[TRACK_KIND__COUNT]; /* -> struct thing * */
	struct thing *first;			     /* of all there are, in the maps or not */
	struct u64map extents;			     /* tid -> struct extent * */
	struct u64map calls;			     /* tid -> struct calls * */
	struct u64map blocks;			     /* of block.c, by tid */
	size_t ended;				     /* things in the maps that are over */
	bool forgot; /* what was over, at least once: what is not in the maps may have lived */
};

void things_finish(struct things *things);

bool thing_is_kind(unsigned kind); /* one that is annotated */
/* The last of this subject, alive or over; NULL: none is known. */
struct thing *thing_find(const struct image *image, unsigned kind, uint64_t subject);
struct thing *thing_hold(struct thing *thing);
void thing_drop(struct thing *thing); /* NULL: nothing */

/*
 * What was said to belong to the dead is meant for who was born there next: from now on it does.
 * owned_late tells whether it still waits for that.
 */
void thing_meet_owner(struct life *life);
/* The scope that it belongs to, through all owners; NULL: none. */
struct thing *thing_scope(struct life *life);

/* Of any kind, by its subject: what is not over; NULL: none is known. */
struct life *life_of(const struct image *image, unsigned kind, uint64_t subject);

/* The relation of an event, with what its text says; zeroed where it has none. */
struct told {
	const struct track_relation *relation; /* the event's own */
	const char *text;		       /* NULL: none */
};
struct told thing_told(const struct image *image, const struct collect_event *event);

/* What its row says beyond that of other kinds. text is storage for the traits. */
enum { THING_TRAITS_BYTES = 128 };
void thing_describe(const struct thing *thing, char text[THING_TRAITS_BYTES],
		    struct trace_annotation *ret_annotation);

/*
 * The last of the event's subject, whose birth this op presumes: NULL, and counted as a stray, if
 * nobody told of one. To cancel what is not armed, or to give up a registration that is none, is
 * everyday caution, and presumes nothing.
 */
struct thing *thing_known(struct image *image, const struct collect_event *event);
/* The same; NULL if it is over, too. */
struct thing *thing_known_alive(struct image *image, const struct collect_event *event);
/* NULL: none that is alive, and nothing is presumed. */
struct thing *thing_alive(const struct image *image, const struct collect_event *event);
/*
 * A pack told of it, the wrappers of a library's functions: others that are not wrapped, or calls
 * inside of the library, may have taken and given back references to it, ended it, and made another
 * one where it was. So what it seems to be used for after its end is no proof of anything.
 */
bool thing_is_of_pack(const struct thing *thing);
/* A pack says it of what the program itself tells of: that knows better, as long as it is there. */
bool thing_is_overruled(const struct image *image, const struct collect_event *event);
/* What it belongs to was closed or is over: if it ends at all, it is by its own hand. */
bool thing_is_abandoned(struct thing *thing);
/* A new life. What lived at the address has ended, told or not. */
int thing_begin(struct image *image, const struct collect_event *event, struct thing **ret_thing);
/* Judges who still needs it, unless its end was not seen. */
int thing_end(struct thing *thing, const struct collect_event *event, enum life_ending ending);

/* It is used, or something that only the living can do: an act, if it was destroyed. */
int thing_judge_use(struct thing *thing, const struct collect_event *event);

/* Handlers of events that several kinds have, see kind.h. */
int thing_create(struct image *image, const struct collect_event *event); /* and open */
int thing_destroy(struct image *image, const struct collect_event *event);
int thing_use(struct image *image, const struct collect_event *event);
int thing_name(struct image *image, const struct collect_event *event);
int thing_retain(struct image *image, const struct collect_event *event);
int thing_release(struct image *image, const struct collect_event *event);
/* Of every kind: the subject belongs to the other. */
int thing_own(struct image *image, const struct collect_event *event);
int thing_needs(struct image *image, const struct collect_event *event);
/* What may be said of any thing, in the table of its kind. */
#define THING_OPS                                                                                  \
	[TRACK_OP_NAME] = thing_name, [TRACK_OP_OWN] = thing_own, [TRACK_OP_NEEDS] = thing_needs
/* About no thing: a source file whose callers are to blame. */
int thing_plumbing(struct image *image, const struct collect_event *event);
/* The image is over, or looked at: write what is alive and who holds it, things of all kinds. */
int thing_settle(struct image *image);

#endif
