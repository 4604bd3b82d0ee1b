/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that counts what it is given and forgets it: what the collector costs alone. */
#include <collect/collector.h>

static uint64_t delivered, lost;

static int on_process(void *ctx, const struct collect_process *process)
{
	(void)ctx, (void)process;
	return 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx, (void)process, (void)module;
	return 0;
}

static int on_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	(void)ctx, (void)process, (void)bias, (void)time_ns;
	return 0;
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)hash, (void)time_ns, (void)addresses, (void)depth;
	return 0;
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process, (void)id, (void)text;
	return 0;
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx, (void)process;
	delivered += event->op == TRACK_OP_RETAIN || event->op == TRACK_OP_RELEASE;
	return 0;
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	(void)ctx, (void)pid, (void)time_ns, (void)text;
	return 0;
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)ctx, (void)process;
	if (note <= TRACK_NOTE_THREADS_UNSEEN)
		lost = count;
	return 0;
}

static int on_flush(void *ctx)
{
	(void)ctx;
	return 0;
}

static const struct collect_sink nowhere = {
	.process = on_process,
	.module = on_module,
	.unload = on_unload,
	.stack = on_stack,
	.text = on_text,
	.event = on_event,
	.mark = on_mark,
	.note = on_note,
	.flush = on_flush,
};
