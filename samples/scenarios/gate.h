/* SPDX-License-Identifier: Apache-2.0 */
/* What threads of a play wait for each other by: opened once, for all who wait or come later. */
#ifndef GATE_H
#define GATE_H

#include "scene.h"

#include <pthread.h>
#include <stdbool.h>

/* Fields belong to gate.c. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool is_open;
};

void gate_init(struct gate *gate);
void gate_finish(struct gate *gate); /* nobody waits */
void gate_open(struct gate *gate);
void gate_await(struct gate *gate);
/* For what the bug keeps from coming: the buggy form waits for 0.3 s. false: it has not come, and
 * is counted as missed. */
bool gate_await_unless_missed(struct gate *gate, const struct scene *scene);

#endif
