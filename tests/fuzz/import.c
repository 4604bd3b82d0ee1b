/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes may be in a log. The first one says of which format it is. Whatever is handed on, no
 * object is released more often than it was retained, and events come by time.
 */
#include <import/import.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

enum { SLOTS = 1 << 16 };

static int64_t refs[SLOTS]; /* by the subject's last bits: a sum of all that share them */
static uint64_t last_ns;

static int on_process(void *ctx, const struct collect_process *process)
{
	(void)ctx, (void)process;
	return 0;
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx, (void)process;
	if (module->start >= module->end)
		abort();
	return 0;
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)time_ns;
	if (hash == 0 || depth == 0 || addresses[depth - 1] == 0)
		abort();
	return 0;
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process;
	if (id == 0 || text[0] == '\0')
		abort();
	for (; *text; text++)
		if ((unsigned char)*text < 0x20)
			abort();
	return 0;
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	int64_t *held = &refs[event->subject % SLOTS];

	(void)ctx, (void)process;
	if (event->time_ns < last_ns || event->subject == 0)
		abort();
	last_ns = event->time_ns;
	*held += event->op == TRACK_OP_RETAIN;
	*held -= event->op == TRACK_OP_RELEASE;
	if (*held < 0)
		abort();
	return 0;
}

static void hand_on(const struct import *import)
{
	static const struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
	};
	const struct import_image image = {
		.start_ns = 5, .end_ns = 1000000, .exe = "/a", .command = "a"};

	for (size_t i = 0; i < import_processes(import); i++) {
		last_ns = 0;
		memset(refs, 0, sizeof(refs));
		if (import_deliver(import, i, &image, &sink) != 0)
			abort();
	}
	for (size_t i = 0; i < import_sites(import); i++) {
		struct import_site site;

		import_site(import, i, &site);
		if (site.address == 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct import_format *format = import_formats;
	struct import *import = NULL;
	FILE *file;

	if (size < 2)
		return 0;
	for (unsigned skip = data[0]; skip > 0; skip--)
		format = format[1].name != NULL ? format + 1 : import_formats;
	file = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
	if (file == NULL)
		abort();
	if (import_read(format, file, &import) == 0)
		hand_on(import);
	import_destroy(import);
	fclose(file);
	return 0;
}
