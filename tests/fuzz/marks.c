/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes may be in the marks file, and they may arrive in two parts. */
#include <collect/collector.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <track/wire.h>
#include <unistd.h>

static int on_process(void *ctx, const struct collect_process *process)
{
	(void)ctx, (void)process;
	abort();
}

static int on_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx, (void)process, (void)module;
	abort();
}

static int on_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	(void)ctx, (void)process, (void)bias, (void)time_ns;
	abort();
}

static int on_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
		    const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)hash, (void)time_ns, (void)addresses, (void)depth;
	abort();
}

static int on_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process, (void)id, (void)text;
	abort();
}

static int on_event(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx, (void)process, (void)event;
	abort();
}

static int on_standings(void *ctx, uint32_t process, const struct collect_standings *standings)
{
	(void)ctx, (void)process, (void)standings;
	abort();
}

static int on_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	(void)ctx;
	if (pid < 0 || time_ns > INT64_MAX || !*text)
		abort();
	for (; *text; text++)
		if ((unsigned char)*text < 0x20)
			abort();
	return 0;
}

static int on_note(void *ctx, uint32_t process, enum track_note note, uint64_t count)
{
	(void)ctx, (void)process, (void)note, (void)count;
	abort();
}

static int on_flush(void *ctx)
{
	(void)ctx;
	return 0;
}

static void append(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.unload = on_unload,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
		.standings = on_standings,
		.mark = on_mark,
		.note = on_note,
		.flush = on_flush,
	};
	char folder[64], path[96];
	snprintf(folder, sizeof(folder), "/dev/shm/fuzz_marks_%d", (int)getpid());
	snprintf(path, sizeof(path), "%s/%s", folder, TRACK_MARKS_FILE);
	mkdir(folder, 0700);
	struct collector *collector;
	uint64_t events;
	if (collector_create(&sink, &collector) || collector_add(collector, folder))
		abort();
	append(path, data, size / 2);
	if (collector_poll(collector, true, &events))
		abort();
	append(path, data + size / 2, size - size / 2);
	if (collector_finish(collector, &events))
		abort();
	collector_destroy(collector);
	unlink(path);
	rmdir(folder);
	return 0;
}
