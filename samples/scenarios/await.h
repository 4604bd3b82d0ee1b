/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for what another thread posts, and no longer than a scenario may take. */
#ifndef AWAIT_H
#define AWAIT_H

#include "scene.h"

#include <semaphore.h>

/* For what comes in either form. -ETIMEDOUT after ten seconds. */
int await(sem_t *event);
/* For what the bug may have kept from coming: the buggy form waits for 0.3 s, and counts it as
 * missed. */
int await_unless_missed(const struct scene *scene, sem_t *event);

#endif
