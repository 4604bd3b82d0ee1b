/* SPDX-License-Identifier: Apache-2.0 */
/* A close that goes on: a task that says goodbye, awaits the other end's, and shuts. */
#ifndef SIGNALLING_CLOSER_H
#define SIGNALLING_CLOSER_H

#include <run/task.h>

struct dc_signalling;
struct closer;

/* Any thread. */
int closer_start(struct dc_signalling *signalling);
/* On the executor: there is nothing left to wait for. */
void closer_wake_all(struct closer **closers);

#endif
