/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that counts what it is given and forgets it: what the collector costs alone. */
#include <collect/collector.h>

#include "../deaf.inc.c"

static uint64_t delivered, lost;

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx, (void)process;
	delivered += event->op == TRACK_OP_RETAIN || event->op == TRACK_OP_RELEASE;
	return 0;
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)ctx, (void)process;
	if (note <= TRACK_NOTE_THREADS_UNSEEN)
		lost = count;
	return 0;
}

static const struct collect_sink nowhere = {
	.process = deaf_process,
	.module = deaf_module,
	.unload = deaf_unload,
	.stack = deaf_stack,
	.text = deaf_text,
	.event = on_event,
	.standings = deaf_standings,
	.mark = deaf_mark,
	.note = on_note,
	.flush = deaf_flush,
};
