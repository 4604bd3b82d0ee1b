/* SPDX-License-Identifier: Apache-2.0 */
/* What signalling.c and closer.c know of a signalling object. */
#ifndef SIGNALLING_INSIDE_H
#define SIGNALLING_INSIDE_H

#include "closer.h"
#include "wire.h"
#include <dcstack/signalling.h>
#include <run/callback.h>
#include <run/object.h>
#include <run/pool.h>
#include <run/timer.h>
#include <stdatomic.h>

struct dc_signalling {
	struct object object;
	struct dc_connection *connection; /* retained (holder "signalling") */
	struct executor *executor;	  /* the connection's */
	bool offers;
	struct callback on_open, on_closed;
	struct strand strand;
	struct job opened, closed;

	/* Any thread. */
	pthread_mutex_t passing; /* held while the connection is told; also of end */
	enum { SIGNALLING_OPEN, SIGNALLING_CLOSING, SIGNALLING_CLOSED } end;
	pthread_mutex_t lock;
	struct task *task; /* reads and writes; under the lock, as is is_mute */
	bool is_mute;	   /* nothing is said any more */
	struct wire wire;
	atomic_bool is_abandoned; /* there is no memory for a closer */

	/* On the executor. */
	struct watch watch;
	struct timer patience; /* with the other end's goodbye */
	struct closer *closers;
	bool is_attached, is_heard;
	bool has_parted; /* goodbye is said */
	bool is_over;	 /* and the other end's has come, or will not come */
};

/* Any thread: true for the one who is to close it. */
bool signalling_claim(struct dc_signalling *signalling);

/* On the executor. */
void signalling_part(struct dc_signalling *signalling); /* says goodbye, if it is not said yet */
void signalling_shut(struct dc_signalling *signalling); /* closes the descriptor */

#endif
