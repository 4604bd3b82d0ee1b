/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that were found for places of one trace, for another one: who judges a recording again and
 * again while it goes on looks each up once.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include <store/trace.h>

/*
 * Places of modules that a build-id tells for certain get the names that they have in from. 0 or
 * -errno.
 */
int names_copy(struct trace *from, struct trace *to);

#endif
