/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place for a function of the user and his data. It runs under the slot's own recursive mutex:
 * from within, the slot may be set or reset; on any other thread a set or reset waits until the
 * running call is over, so that afterwards the user may free what his data points to.
 */
#ifndef RUN_CALLBACK_H
#define RUN_CALLBACK_H

#include <pthread.h>
#include <stdbool.h>

typedef void (*callback_fn)(void); /* cast to the slot's own type by who fires it */

enum callback_kind { CALLBACK_PERSISTENT, CALLBACK_ONE_SHOT };

struct callback {
	pthread_mutex_t lock;
	enum callback_kind kind;
	callback_fn fn;
	void *user;
};

void callback_init(struct callback *callback, enum callback_kind kind);
void callback_finish(struct callback *callback); /* drops */

/* fn NULL: resets. Replaces what was there; a one-shot that was not fired counts no more. */
void callback_set(struct callback *callback, callback_fn fn, void *user);
void callback_reset(struct callback *callback);
/* Empties it too, but nobody asked for that: what a one-shot waits for is not told. */
void callback_drop(struct callback *callback);

/* Locks, and gives out what to call; a one-shot is taken out. false: nothing is set, nothing is
 * locked. After a true, callback_end must follow on the same thread. */
bool callback_begin(struct callback *callback, callback_fn *ret_fn, void **ret_user);
void callback_end(struct callback *callback);

/* callback_fire(&slot, on_open_fn, channel): calls fn(channel, user) if one is set. */
#define callback_fire(slot, type, ...)                                                             \
	do {                                                                                       \
		callback_fn callback_fire_fn;                                                      \
		void *callback_fire_user;                                                          \
		if (callback_begin(slot, &callback_fire_fn, &callback_fire_user)) {                \
			((type)callback_fire_fn)(__VA_ARGS__, callback_fire_user);                 \
			callback_end(slot);                                                        \
		}                                                                                  \
	} while (0)

unsigned callback_unfired(void); /* one-shot slots of the process that wait for their call */

#endif
