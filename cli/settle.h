/* SPDX-License-Identifier: Apache-2.0 */
/* --settle: for how long the end of a program is held back, and by whom it can be. */
#ifndef CLI_SETTLE_H
#define CLI_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

struct options;

/* So long at most; 0: not at all. A gate without --settle waits as long as the grace time lasts. */
uint64_t settle_most_ns(const struct options *options);

/* By default it is done where it can be; who asks for it is told where it cannot. */
void settle_say_unheld(const struct options *options, enum engine engine);

/* A gate that cannot decide what is left at the end: it was given less than the grace time. Who
 * says 0 wants it so. */
bool settle_is_short(const struct options *options);
void settle_say_short(const struct options *options);

#endif
