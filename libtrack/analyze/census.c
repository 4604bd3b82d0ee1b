/* SPDX-License-Identifier: Apache-2.0 */
#include "census.h"

#include "image.h"
#include "record.h"

static void begin(struct census *census, const struct collect_event *event)
{
	if (census->start_ns == 0)
		census->start_ns = event->time_ns;
}

int record_census(struct image *image, const struct collect_event *event)
{
	struct census *census = &image->census[event->kind];

	begin(census, event);
	return u64map_put(&census->seen, event->subject, event->arg);
}

/* All is told; starts the look for a process that has nothing. */
int record_census_end(struct image *image, const struct collect_event *event)
{
	struct census *census = &image->census[event->kind];
	const struct kind *kind = kind_of(event->kind);

	begin(census, event);
	census->complete = true;
	image->end_tid = event->tid;
	return kind->compare != NULL ? kind->compare(image, event) : 0;
}

void census_finish(struct census *census)
{
	u64map_finish(&census->seen);
}
