/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of track/track.h, wherever a program keeps its copy: by their names, and by the
 * header's. They stand on top of every stack that an annotation took.
 */
#ifndef BASE_ANNOTATION_H
#define BASE_ANNOTATION_H

#include <stdbool.h>

/* A function and its source file as the debug information names them; NULL: unknown. */
bool annotation_is(const char *function, const char *file);

#endif
