/* SPDX-License-Identifier: Apache-2.0 */
/* What annotated_plugins loads: built with a class of its own, CLASS, and the same code. */
#include <track/track.h>

void play(void);

static char passing, left;

void play(void)
{
	for (int i = 0; i < 100; i++) {
		track_object_create(&passing, "Passing");
		track_object_destroy(&passing);
	}
	track_object_create(&left, CLASS);
}
