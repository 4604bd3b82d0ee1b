/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of a spool, as the collector reads it. */
#include "../collect/log.inc.c"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spool_file.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#define DEAD_PID 0x7ffffff0

static char folder[64];
static struct spool_run run;
static struct spool_file file;
static struct log record;

static void begin(void)
{
	strcpy(folder, "/tmp/unit_spool_XXXXXX");
	cr_assert(not(zero(ptr, mkdtemp(folder))));
	cr_assert(eq(int, spool_run_init(&run, folder, 4 * TRACK_SEGMENT_BYTES), 0));
}

static void end(void)
{
	char path[400];
	spool_file_close(&file);
	spool_run_finish(&run);
	DIR *dir = opendir(folder);
	for (struct dirent *entry; (entry = readdir(dir));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

TestSuite(spool_file, .init = begin, .fini = end);

static void create(void)
{
	const struct spool_image image = {.pid = DEAD_PID, .ppid = 1, .start_ns = 100};
	cr_assert(eq(int, spool_file_create(&run, &image, &file), 0));
}

static bool put(uint32_t tid, uint64_t time_ns, uint64_t subject)
{
	const struct track_record head = {
		.op = TRACK_OP_CREATE, .time_ns = time_ns, .subject = subject};
	return spool_file_put(&file, tid, &head, NULL, 0);
}

static const char *told(void)
{
	struct collector *collector;
	struct collect_sink sink = log_sink(&record);
	uint64_t events;
	record = (struct log){0};
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	collector_destroy(collector);
	return record.text;
}

Test(spool_file, records_belong_to_whoever_made_them)
{
	create();
	put(7, 200, 1);
	put(8, 300, 2);
	put(8, 400, 3);
	put(7, 500, 4);
	cr_assert(eq(str, (char *)told(),
		     "create:1@200/7 create:2@300/8 create:3@400/8 create:4@500/7 "));
	cr_assert(eq(int, record.processes[0].engine, TRACK_ENGINE_PROBES));
}

Test(spool_file, it_ends_as_it_is_told)
{
	create();
	put(7, 200, 1);
	spool_file_end(&file, &(struct spool_end){.time_ns = 300, .exit_code = 4});
	cr_assert(not(put(7, 400, 2)), "it is closed");
	told();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXIT));
	cr_assert(eq(i32, record.processes[0].code, 4));
	cr_assert(eq(u64, record.processes[0].end_ns, 300));
}

/* Segment after segment, up to the cap. */
Test(spool_file, what_has_no_room_is_counted)
{
	create();
	uint64_t count = 0;
	while (put(7 + (uint32_t)(count & 1), 200 + count, count))
		count++;
	put(7, 900000, 0);
	struct collector *collector;
	struct collect_sink sink = log_sink(&record);
	uint64_t events;
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	collector_destroy(collector);
	cr_assert(eq(u64, events, count));
	/* Each record says that the thread is another one. */
	cr_assert(gt(u64, count, 4 * (TRACK_SEGMENT_BYTES / 80 - 2)));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_SPOOL_FULL], 2));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 0));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 0));
}

Test(spool_file, what_was_read_is_written_to_again)
{
	struct collector *collector;
	struct collect_sink sink = log_sink(&record);
	uint64_t events, sum = 0, count = 0;
	create();
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, collector_add(collector, folder), 0));
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 3000; i++, count++)
			cr_assert(put(7, 200 + count, count));
		spool_file_settle(&file, 200 + count);
		cr_assert(eq(int, collector_poll(collector, true, &events), 0));
		sum += events;
	}
	cr_assert(eq(u64, sum, count));
	collector_destroy(collector);
}

Test(spool_file, what_is_settled_stays_settled)
{
	create();
	spool_file_settle(&file, 300);
	spool_file_settle(&file, 200);
	cr_assert(eq(u64, file.header->settled_ns, 300));
}

Test(spool_file, the_run_has_one_budget)
{
	struct track_budget budget = {.version = TRACK_WIRE_VERSION, .segments_cap = 1};
	char path[100], page[TRACK_BUDGET_BYTES] = {0};
	memcpy(budget.magic, TRACK_BUDGET_MAGIC, sizeof(budget.magic));
	memcpy(page, &budget, sizeof(budget));
	snprintf(path, sizeof(path), "%s/%s", folder, TRACK_BUDGET_FILE);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert(eq(sz, (size_t)write(fd, page, sizeof(page)), sizeof(page)));
	close(fd);
	spool_run_finish(&run);
	cr_assert(eq(int, spool_run_init(&run, folder, 4 * TRACK_SEGMENT_BYTES), 0));
	create();
	cr_assert(put(7, 200, 1));
	cr_assert(eq(u64, run.budget->segments_used, 1));
	spool_file_close(&file);
	create();
	cr_assert(not(put(7, 200, 1)));
	cr_assert(eq(u64, file.header->notes[TRACK_NOTE_LOST_SPOOL_FULL], 1));
}

static size_t open_descriptors(void)
{
	size_t count = 0;
	DIR *dir = opendir("/proc/self/fd");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

Test(spool_file, none_keeps_a_descriptor)
{
	struct spool_file files[50];
	size_t before = open_descriptors();
	for (int i = 0; i < 50; i++) {
		create();
		put(7, 200, 1);
		files[i] = file;
	}
	cr_assert(eq(sz, open_descriptors(), before));
	for (int i = 0; i < 50; i++)
		spool_file_close(&files[i]);
	file = (struct spool_file){0};
	told();
	cr_assert(eq(u32, record.process_count, 50), "each has a name of its own");
}

Test(spool_file, a_full_disk_is_counted)
{
	if (mount("none", folder, "tmpfs", 0, "size=64k"))
		cr_skip_test("no privilege to mount a small file system");
	create();
	bool written = put(7, 200, 1);
	uint64_t lost = file.header->notes[TRACK_NOTE_LOST_DISK_FULL];
	spool_file_close(&file);
	umount2(folder, MNT_DETACH);
	cr_assert(not(written));
	cr_assert(eq(u64, lost, 1));
}

Test(spool_file, one_adds_to_the_spool_that_a_process_writes_itself)
{
	create();
	cr_assert(eq(int, spool_file_join(&run, DEAD_PID, &(struct spool_file){0}), -ENOENT),
		  "only to one of its own");
	file.header->engine = TRACK_ENGINE_SHIM;
	put(7, 200, 1);
	struct spool_file added;
	cr_assert(eq(int, spool_file_join(&run, DEAD_PID, &added), 0));
	const struct track_record head = {.op = TRACK_OP_CREATE, .time_ns = 300, .subject = 2};
	cr_assert(spool_file_put(&added, 9, &head, NULL, 0));
	spool_file_close(&added);
	put(7, 400, 3);
	cr_assert(eq(str, (char *)told(), "create:1@200/7 create:2@300/9 create:3@400/7 "));
}

/* A process that made an exec, or a pid that came again. */
Test(spool_file, of_several_the_latest_is_joined)
{
	static const uint64_t starts[] = {300, 900, 600};
	struct spool_file files[3], added;

	for (int i = 0; i < 3; i++) {
		const struct spool_image image = {.pid = DEAD_PID, .start_ns = starts[i]};
		cr_assert(eq(int, spool_file_create(&run, &image, &files[i]), 0));
		files[i].header->engine = TRACK_ENGINE_SHIM;
	}
	cr_assert(eq(int, spool_file_join(&run, DEAD_PID, &added), 0));
	cr_assert(eq(u64, added.header->start_ns, 900));
	spool_file_close(&added);
	for (int i = 0; i < 3; i++)
		spool_file_close(&files[i]);
}
