/* SPDX-License-Identifier: Apache-2.0 */
/* A log read from text or from a file, and all that is handed on of it as lines of text. */
#include <criterion/criterion.h>
#include <errno.h>
#include <import/import.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

enum { HANDED_BYTES = 1 << 16, TEXTS = 256, STACKS = 256 };

static char handed[HANDED_BYTES];
static size_t handed_length;
static char *texts[TEXTS];
static uint64_t stacks[STACKS]; /* by hash: the innermost address */
static size_t depths[STACKS];
static struct import *import;
static uint64_t last_ns;
static unsigned ends;

static inline __attribute__((format(printf, 1, 2))) void hand(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	handed_length += (size_t)vsnprintf(handed + handed_length, HANDED_BYTES - handed_length,
					   format, arguments);
	va_end(arguments);
	cr_assert_lt(handed_length, HANDED_BYTES);
}

static int on_process(void *ctx, const struct collect_process *process)
{
	(void)ctx;
	ends += process->end != COLLECT_END_RUNNING;
	return 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx, (void)process;
	cr_assert_lt(module->start, module->end);
	cr_assert_not_null(module->path);
	return 0;
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)time_ns;
	cr_assert(hash > 0 && hash < STACKS && depth > 0);
	stacks[hash] = addresses[0];
	depths[hash] = depth;
	return 0;
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process;
	cr_assert(id > 0 && id < TEXTS);
	free(texts[id]);
	texts[id] = strdup(text);
	return 0;
}

/* "file:line" of the innermost frame, or the module's name. */
static inline void hand_place(uint64_t stack)
{
	struct import_site site;

	if (stack == 0)
		return;
	import_site(import, (stacks[stack] & UINT32_MAX) - 1, &site);
	if (site.file != NULL)
		hand(" %s:%u", site.file, site.line);
	else
		hand(" %s", site.module);
	if (depths[stack] > 1)
		hand(" of %zu", depths[stack]);
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	static const char *const ops[TRACK_OP__COUNT] = {
		[TRACK_OP_CREATE] = "create",
		[TRACK_OP_RETAIN] = "retain",
		[TRACK_OP_RELEASE] = "release",
		[TRACK_OP_DESTROY] = "destroy",
	};
	const struct track_relation *relation = event->data;

	(void)ctx, (void)process;
	cr_assert_eq(event->kind, TRACK_KIND_OBJECT);
	cr_assert_eq(event->data_bytes, sizeof(*relation));
	cr_assert_geq(event->time_ns, last_ns, "events come by time");
	last_ns = event->time_ns;
	hand("%s %llx", ops[event->op], (unsigned long long)event->subject);
	if (relation->text != 0)
		hand(" %s", texts[relation->text]);
	hand_place(event->stack);
	hand("\n");
	return 0;
}

static inline void hand_on(size_t process)
{
	static const struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
	};
	const struct import_image image = {
		.index = 0,
		.pid = 100,
		.start_ns = 1000,
		.end_ns = 9000000000,
		.exe = "/opt/program",
		.command = "log",
	};

	handed_length = 0;
	handed[0] = '\0';
	last_ns = 0;
	ends = 0;
	cr_assert_eq(import_deliver(import, process, &image, &sink), 0);
	cr_assert_eq(ends, 1);
}

static inline int read_stream(const char *format, FILE *file)
{
	int error;

	cr_assert_not_null(file);
	import_destroy(import);
	import = NULL;
	error = import_read(import_format(format), file, &import);
	fclose(file);
	return error;
}

static inline int read_text(const char *format, const char *text)
{
	return read_stream(format, fmemopen((char *)(uintptr_t)text, strlen(text), "r"));
}

static inline int read_sample(const char *format, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), TEST_SOURCE_DIR "/unit/import/samples/%s", name);
	return read_stream(format, fopen(path, "re"));
}

/* All that the log's only process does. */
static inline const char *told_of(const char *format, const char *text)
{
	cr_assert_eq(read_text(format, text), 0);
	cr_assert_eq(import_processes(import), 1);
	hand_on(0);
	return handed;
}

static inline struct import_counts counts(void)
{
	struct import_counts result;

	import_count(import, &result);
	return result;
}
