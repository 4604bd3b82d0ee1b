/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timer for any thread: it rings once, on its executor, unless it is stopped before. It is an
 * object: what the executor still has to do with it keeps it alive after its owner's destroy.
 */
#ifndef RUN_ALARM_H
#define RUN_ALARM_H

#include "executor.h"

struct alarm;

struct alarm_class {
	const char *name; /* for who looks with a debugger */
	void (*ring)(void *user);
	/* After the last ring, on any thread: free what user holds. May be NULL. */
	void (*drop)(void *user);
};

/* Any thread may call all of these. */

/* The caller gets a reference (holder "owner"). -ENOMEM, and as object_init. */
int alarm_create(struct executor *executor, const struct alarm_class *class, void *user,
		 struct alarm **ret_alarm);
/* One that is set already is set anew. Without memory it does not ring. */
void alarm_set(struct alarm *alarm, uint64_t delay_ns);
/* No ring begins afterwards. One that goes on is not waited for, since it may want a lock that the
 * caller holds: it has to ask under that lock whether it still matters. */
void alarm_stop(struct alarm *alarm);
/* Stops it, and ends the owner's reference. NULL: nothing. */
void alarm_destroy(struct alarm *alarm);

#endif
