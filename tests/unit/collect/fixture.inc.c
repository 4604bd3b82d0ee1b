/* SPDX-License-Identifier: Apache-2.0 */
/* A folder, a log and a collector that follows the one into the other. */
#include "builder.inc.c"
#include "log.inc.c"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *folder;
static struct log record;
static struct collector *collector;

static void fixture_start(void)
{
	folder = builder_folder();
	struct collect_sink sink = log_sink(&record);
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
}

static void fixture_stop(void)
{
	collector_destroy(collector);
	builder_folder_remove(folder);
}

/* Read a whole folder of what is over; returns how many events came. */
static inline uint64_t fixture_read_all(void)
{
	uint64_t events = 0;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	return events;
}

static inline uint64_t fixture_poll(void)
{
	uint64_t events = 0;
	cr_assert(eq(int, collector_poll(collector, true, &events), 0));
	return events;
}
