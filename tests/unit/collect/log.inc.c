/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that writes down what it is told, for tests to compare. */
#include <collect/collector.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct log {
	char text[16384]; /* one word per call */
	uint64_t notes[TRACK_NOTE__COUNT];
	struct collect_process processes[64]; /* exe and command point to names */
	char names[64][2][64];
	uint32_t process_count;
	int fail_flush;
	uint32_t stood;
	bool goes_on;
	uint64_t stood_ns; /* of the last standings: when, and what was known of the process */
	enum collect_end stood_at_end;
	uint64_t latest_held_ns;
	uint16_t last_call;
	uint8_t sum; /* of all payload bytes: they must be readable */
};

static inline void log_add(struct log *log, const char *format, ...)
{
	size_t used = strlen(log->text);
	va_list list;
	va_start(list, format);
	vsnprintf(log->text + used, sizeof(log->text) - used, format, list);
	va_end(list);
}

static inline int log_process(void *ctx, const struct collect_process *process)
{
	struct log *log = ctx;
	if (process->index >= 64)
		return 0;
	log->processes[process->index] = *process;
	snprintf(log->names[process->index][0], 64, "%s", process->exe);
	snprintf(log->names[process->index][1], 64, "%s", process->command);
	if (process->index >= log->process_count)
		log->process_count = process->index + 1;
	return 0;
}

static inline int log_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)process;
	log_add(ctx, "module:%s ", module->path);
	return 0;
}

static inline int log_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	(void)process, (void)time_ns;
	log_add(ctx, "unload:%lu ", bias);
	return 0;
}

static inline int log_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
			    const uint64_t *addresses, size_t depth)
{
	(void)process, (void)time_ns;
	uint64_t sum = 0;
	for (size_t i = 0; i < depth; i++)
		sum += addresses[i];
	log_add(ctx, "stack:%lu/%zu=%lu ", hash, depth, sum);
	return 0;
}

static inline const char *log_op(uint8_t op)
{
	/* clang-format off */
	static const char *const names[] = {
#define TRACK_OP(id, name, sayer, stack, turns) [TRACK_OP_##id] = name,
#include <track/ops.def>
#undef TRACK_OP
#define TRACK_META_EVENT(id, name, check, bytes, ...) [TRACK_META_##id] = #name,
#include <track/metas.def>
	};
	/* clang-format on */
	return names[op];
}

/* op:subject@time/tid */
static inline int log_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)process;
	struct log *log = ctx;
	for (size_t i = 0; i < event->data_bytes; i++)
		log->sum += ((const uint8_t *)event->data)[i];
	log_add(log, "%s:%lu@%lu/%u ", log_op(event->op), event->subject, event->time_ns,
		event->tid);
	return 0;
}

static inline int log_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)process;
	log_add(ctx, "text:%lu=%s ", id, text);
	return 0;
}

/* stands:tid=wait:subject@since(locks held) waker:subject/tid order:first,second */
static inline int log_standings(void *ctx, uint32_t process,
				const struct collect_standings *standings)
{
	struct log *log = ctx;
	log->stood++;
	log->goes_on = standings->goes_on;
	log->stood_ns = standings->time_ns;
	log->stood_at_end = process < 64 ? log->processes[process].end : COLLECT_END__COUNT;
	for (size_t i = 0; i < standings->thread_count; i++) {
		const struct collect_standing *at = &standings->threads[i];
		log_add(log, "stands:%u=%u:%lu@%lu(", at->tid, at->wait, at->subject, at->since_ns);
		log->last_call = at->call;
		for (size_t j = 0; j < at->held_count; j++) {
			log_add(log, j ? ",%lu" : "%lu", at->held[j].lock);
			log->latest_held_ns = at->held[j].since_ns;
		}
		log_add(log, at->more_held ? ",...) " : ") ");
	}
	for (size_t i = 0; i < standings->waker_count; i++)
		log_add(log, "waker:%lu/%u@%lu ", standings->wakers[i].subject,
			standings->wakers[i].tid, standings->wakers[i].time_ns);
	for (size_t i = 0; i < standings->order_count; i++)
		log_add(log, "order:%lu,%lu ", standings->orders[i].first,
			standings->orders[i].second);
	return 0;
}

static inline int log_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	log_add(ctx, "mark:%d@%lu=%s ", pid, time_ns, text);
	return 0;
}

static inline int log_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)process;
	((struct log *)ctx)->notes[note] = count;
	return 0;
}

static inline int log_flush(void *ctx)
{
	return ((struct log *)ctx)->fail_flush;
}

static inline struct collect_sink log_sink(struct log *log)
{
	return (struct collect_sink){
		.ctx = log,
		.process = log_process,
		.module = log_module,
		.unload = log_unload,
		.stack = log_stack,
		.text = log_text,
		.event = log_event,
		.standings = log_standings,
		.mark = log_mark,
		.note = log_note,
		.flush = log_flush,
	};
}
