/* SPDX-License-Identifier: Apache-2.0 */
/* One process image: its spool, how far it was read, and what is known of it. */
#ifndef COLLECT_PROCESS_H
#define COLLECT_PROCESS_H

#include "cursor.h"
#include "spool.h"

#include <collect/collector.h>
#include <stdbool.h>
#include <stdint.h>

struct standings;

struct process {
	struct spool spool;
	struct collect_process info; /* its texts are owned here */
	struct process *older;	     /* same pid, found before; see family.h */
	bool replaced;		     /* by an exec: a later image exists, */
	uint64_t replaced_ns;	     /* from then on */

	struct cursor *cursors; /* one per segment touched so far */
	uint32_t cursor_count;
	uint64_t horizon_ns;	/* events before it were delivered */
	uint64_t last_ns;	/* the latest that is known of it: an event, a wait */
	uint64_t held_since_ns; /* its end is held back, 0: it is not */
	uint64_t lost_holes;
	uint64_t lost_damaged;
	uint64_t told[TRACK_NOTE__COUNT]; /* notes as the sink knows them */
	uint64_t read_before; /* segments that another reader had emptied at the first look */
	bool was_read;	      /* there was a file to map */
	bool cut_counted;
	bool seen_alive;
	bool changed;		  /* info is not what the sink knows */
	bool gone;		  /* found dead; all it left is in its folder since */
	bool over;		  /* read to its end and released */
	bool settled;		  /* over, and what it said is durable */
	uint32_t segments_booked; /* once it is over */
};

/* How a process is read in one round. */
struct process_look {
	const struct collect_sink *sink;
	uint64_t now_ns;
	bool live;  /* other processes still write: give segments back */
	bool final; /* deliver everything, hide nothing behind a horizon */
	bool dead;  /* this one writes no more; implies final */
};

/* Takes over the spool on success. -ENOMEM. */
int process_create(struct spool *spool, uint32_t index, struct process **ret_process);
void process_destroy(struct process *process);

bool process_is_alive(struct process *process);

/* Deliver what may be delivered. *ret_events is added to. 0, the sink's error or -errno. */
int process_read(struct process *process, const struct process_look *look, uint64_t *ret_events);
/* Give back what was read to its end; call when the sink made it durable. */
void process_give_back(struct process *process);

/*
 * How it ended; wait_status is NULL where nobody waited for it. May be called
 * again when more is known.
 */
void process_judge(struct process *process, uint64_t now_ns, const int *wait_status);
/*
 * Deliver where its threads stand, or stood: as was read before its records were. Of one that is
 * over, after it was judged.
 */
int process_stand(struct process *process, const struct process_look *look,
		  struct standings *standings);
/* Deliver the traffic of its descriptors, and release all that reading needed. */
int process_close(struct process *process, const struct process_look *look, uint64_t *ret_events);
/* Tell the sink what changed. */
int process_tell(struct process *process, const struct collect_sink *sink);

#endif
