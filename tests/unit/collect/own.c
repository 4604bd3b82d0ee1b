/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of the caller's own: what was read to its end is removed. */
#include "fixture.inc.c"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

TestSuite(own, .init = fixture_start, .fini = fixture_stop);

static char *budget_path(void)
{
	static char path[300];
	snprintf(path, sizeof(path), "%s/%s", folder, TRACK_BUDGET_FILE);
	return path;
}

static struct track_budget *make_budget(uint64_t used, uint32_t version)
{
	struct track_budget budget = {.magic = TRACK_BUDGET_MAGIC, .version = version};
	budget.segments_cap = 100;
	budget.segments_used = used;
	int fd = open(budget_path(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(eq(int, ftruncate(fd, TRACK_BUDGET_BYTES), 0));
	cr_assert(eq(long, pwrite(fd, &budget, sizeof(budget), 0), sizeof(budget)));
	void *map = mmap(NULL, TRACK_BUDGET_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return map;
}

static struct builder leave_spool(const char *name, int pid, uint32_t segments)
{
	struct builder b = builder_open(folder, name, pid);
	for (uint32_t i = 0; i < segments; i++) {
		builder_take(&b, i, 7);
		builder_create(&b, i, 100 + i, i);
	}
	return b;
}

static bool exists(const struct builder *b)
{
	return access(b->path, F_OK) == 0;
}

static void own(void)
{
	cr_assert(eq(int, collector_own(collector, folder), 0));
}

Test(own, a_spool_is_removed_once_its_process_is_over_and_its_room_is_free)
{
	struct track_budget *budget = make_budget(10, TRACK_WIRE_VERSION);
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 3);
	struct builder alive = leave_spool("b", getpid(), 2);
	cr_assert(eq(u64, fixture_poll(), 5));
	cr_assert(not(exists(&dead)));
	cr_assert(exists(&alive));
	cr_assert(eq(u64, budget->segments_used, 7));
	builder_close(&dead);
	builder_close(&alive);
}

Test(own, nothing_is_removed_that_the_sink_could_not_keep)
{
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	uint64_t events;
	record.fail_flush = -ENOSPC;
	cr_assert(eq(int, collector_poll(collector, true, &events), -ENOSPC));
	cr_assert(exists(&dead));
	builder_close(&dead);
}

Test(own, nothing_is_removed_by_the_last_look)
{
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(u64, events, 1));
	cr_assert(exists(&dead));
	builder_close(&dead);
}

Test(own, in_a_folder_of_others_nothing_is_removed)
{
	cr_assert(eq(int, collector_add(collector, folder), 0));
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(exists(&dead));
	builder_close(&dead);
}

Test(own, what_cannot_be_read_is_not_removed)
{
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	memcpy(dead.header->magic, "whatever", 8);
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(exists(&dead));
	builder_close(&dead);
}

Test(own, the_caller_still_tells_how_its_own_child_ended)
{
	own();
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->ppid = getpid();
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(not(exists(&b)));
	collector_ended(collector, BUILDER_DEAD_PID, W_EXITCODE(7, 0));
	uint64_t events;
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXIT));
	cr_assert(eq(int, record.processes[0].code, 7));
	builder_close(&b);
}

Test(own, an_image_that_was_replaced_goes_before_its_process_is_over)
{
	own();
	struct builder first = builder_open(folder, "a", getpid());
	struct builder second = builder_open(folder, "b", getpid());
	second.header->start_ns = 20;
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(not(exists(&first)));
	cr_assert(exists(&second));
	struct builder third = builder_open(folder, "c", getpid());
	third.header->start_ns = 30;
	cr_assert(eq(u64, fixture_poll(), 0));
	cr_assert(not(exists(&second)));
	cr_assert(eq(u32, record.processes[2].image, 2));
	cr_assert(eq(int, record.processes[1].end, COLLECT_END_EXEC));
	builder_close(&first);
	builder_close(&second);
	builder_close(&third);
}

Test(own, a_pid_that_comes_again_is_another_process)
{
	own();
	for (uint32_t i = 0; i < 20; i++) {
		struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
		b.header->start_ticks = 5 + i;
		builder_take(&b, 0, 7);
		builder_create(&b, 0, 100, i);
		builder_close(&b);
		cr_assert(eq(u64, fixture_poll(), 1));
	}
	cr_assert(eq(u32, record.process_count, 20));
	cr_assert(eq(u32, record.processes[19].image, 0));
}

Test(own, a_budget_that_says_too_little_stops_at_nothing)
{
	struct track_budget *budget = make_budget(1, TRACK_WIRE_VERSION);
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 3);
	dead.header->segments_used = UINT32_MAX;
	cr_assert(eq(u64, fixture_poll(), 3));
	cr_assert(eq(u64, budget->segments_used, 0));
	builder_close(&dead);
}

Test(own, a_spool_that_claims_more_gives_back_what_it_can_have)
{
	struct track_budget *budget = make_budget(UINT64_MAX, TRACK_WIRE_VERSION);
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	dead.header->segments_used = UINT32_MAX;
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(eq(u64, budget->segments_used, UINT64_MAX - BUILDER_SEGMENTS));
	builder_close(&dead);
}

Test(own, a_budget_of_another_version_is_left_alone)
{
	struct track_budget *budget = make_budget(10, TRACK_WIRE_VERSION + 1);
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 3);
	cr_assert(eq(u64, fixture_poll(), 3));
	cr_assert(eq(u64, budget->segments_used, 10));
	builder_close(&dead);
}

Test(own, a_budget_cut_to_nothing_meanwhile_is_not_touched)
{
	make_budget(10, TRACK_WIRE_VERSION);
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 3);
	cr_assert(eq(int, truncate(budget_path(), 0), 0));
	cr_assert(eq(u64, fixture_poll(), 3));
	cr_assert(not(exists(&dead)));
	builder_close(&dead);
}

Test(own, a_fifo_or_a_link_in_its_place_is_no_budget)
{
	cr_assert(eq(int, mkfifo(budget_path(), 0600), 0));
	own();
	struct builder dead = leave_spool("a", BUILDER_DEAD_PID, 1);
	cr_assert(eq(u64, fixture_poll(), 1));
	builder_close(&dead);
	unlink(budget_path());
	cr_assert(eq(int, symlink("/etc/passwd", budget_path()), 0));
	collector_destroy(collector);
	struct collect_sink sink = log_sink(&record);
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	own();
}
