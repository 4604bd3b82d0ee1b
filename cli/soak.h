/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that runs through sessions: counts them, or has them run, and ends the program after
 * the last. What goes wrong is said here, and in the trace.
 */
#ifndef CLI_SOAK_H
#define CLI_SOAK_H

#include <analyze/soak.h>
#include <stdbool.h>
#include <stdint.h>

#include "recording.h"
#include "repetition.h"

struct options;

struct soak {
	const struct options *options;
	struct recording_view view;
	enum soak_by by;
	struct repetition repetition;
	uint64_t begun_ns;
	uint64_t repeated; /* so many worked */
	uint64_t retry_ns; /* one that failed since nothing was ready is run again then; 0: none is
			    */
	bool waits_ready;  /* that was said */
	bool stopped;	   /* it comes to no end */
	uint64_t seen_events, seen_ns; /* the program did something last */
	uint64_t full_ns;	       /* the last session was over; 0: it is not */
};

/* Of a recording that has begun; soak must outlive it. 0 or -errno. */
int soak_start(const struct options *options, struct recording *recording, struct soak *ret_soak);

/* The program is over. What is its own exit code: that it ended when we told it to is no failure.
 */
int soak_exit_code(const struct soak *soak, int exit_code);
/* Afterwards: if no session was seen, how it could be. */
void soak_hint(const struct soak *soak);
void soak_finish(struct soak *soak);

#endif
