/* SPDX-License-Identifier: Apache-2.0 */
/* A look at what the kernel says is open, at the start of an image and at its end. */
#ifndef SHIM_CENSUS_H
#define SHIM_CENSUS_H

#include "writer.h"

/* Record a birth for every descriptor that is open already. */
void census_inherited(struct writer *writer);

/* Record what is open now, descriptors and threads, with the last names of sockets. */
void census_take(struct writer *writer);

#endif
