/* SPDX-License-Identifier: Apache-2.0 */
/* A loop of the program's own, as scene->own, for all sessions of a play: its begin and its end. */
#ifndef OWN_LOOP_H
#define OWN_LOOP_H

#include "scene.h"

int own_loop_begin(struct scene *scene);
void own_loop_end(struct scene *scene);

#endif
