/* SPDX-License-Identifier: Apache-2.0 */
/* The library's life, for a play that leads it itself. */
#ifndef OWN_LIBRARY_H
#define OWN_LIBRARY_H

#include "scene.h"

/* An executor, two workers, the resolver. */
enum { OWN_LIBRARY_THREADS = 4 };

int own_library_start(void);
/* The buggy form does not wait for long: what is alive then stays so. */
int own_library_cleanup(const struct scene *scene);

#endif
