/* SPDX-License-Identifier: Apache-2.0 */
/* Where the threads of an image stand, written as rows. */
#ifndef ANALYZE_STANDING_H
#define ANALYZE_STANDING_H

#include <collect/collector.h>

struct image;

/*
 * With what else is known of them: the calls that they are inside of, what their program says they
 * wait for. What was written of an earlier look goes.
 */
int standings_write(struct image *image, const struct collect_standings *standings);

#endif
