/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which release gives back which reference. A log does not say; but of an object that ended, each
 * function that released had what another took, and it will be so with those that did not end.
 */
#ifndef IMPORT_PAIRS_H
#define IMPORT_PAIRS_H

#include "log.h"

/* Give each retain and release its tag. -ENOMEM, -EFBIG. */
int pairs_find(struct log *log);

#endif
