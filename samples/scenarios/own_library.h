/* SPDX-License-Identifier: Apache-2.0 */
/* The library's life, for a play that leads it itself. */
#ifndef OWN_LIBRARY_H
#define OWN_LIBRARY_H

#include "scene.h"

/* For dc_library_start: four threads, an executor, two workers and the resolver, on any machine. */
extern const struct dc_library_options own_library;

int own_library_cleanup(void);
/* The bug may keep something alive: the buggy form does not wait for that for long. */
int own_library_cleanup_unless_held(const struct scene *scene);

#endif
