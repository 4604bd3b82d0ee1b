/* SPDX-License-Identifier: Apache-2.0 */
#include "census.h"

static void begin(struct census *census, const struct collect_event *event)
{
	if (census->start_ns == 0)
		census->start_ns = event->time_ns;
}

int census_add(struct census *census, const struct collect_event *event)
{
	begin(census, event);
	return u64map_put(&census->seen, event->subject, event->arg);
}

void census_complete(struct census *census, const struct collect_event *event)
{
	begin(census, event);
	census->complete = true;
}

void census_finish(struct census *census)
{
	u64map_finish(&census->seen);
}
