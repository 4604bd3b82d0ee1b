/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What callers on any thread hand to a connection: jobs that run on its executor in the order they
 * were put in. However many there are, the executor is woken once for them.
 */
#ifndef PEER_INBOX_H
#define PEER_INBOX_H

#include <pthread.h>
#include <run/executor.h>
#include <run/object.h>

struct inbox {
	struct executor *executor;
	struct object *owner; /* retained (holder "inbox") while jobs wait */
	struct job drain;
	pthread_mutex_t lock;
	struct job *first, **last;
	bool posted; /* drain is on its way or runs */
};

void inbox_init(struct inbox *inbox, struct executor *executor, struct object *owner);
void inbox_finish(struct inbox *inbox); /* empty */
/* The caller holds the owner. */
void inbox_put(struct inbox *inbox, struct job *job);

#endif
