/* SPDX-License-Identifier: Apache-2.0 */
/* Spools that somebody else than the process itself writes. */
#include "clock.inc.c"
#include "fixture.inc.c"

#include <collect/in_use.h>
#include <signal.h>
#include <sys/wait.h>

TestSuite(probes, .init = fixture_start, .fini = fixture_stop);

/* Of a process that nobody can find, written by this one. */
static struct builder watched(void)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->engine = TRACK_ENGINE_PROBES;
	b.header->writer_pid = getpid();
	b.header->settled_ns = b.header->start_ns;
	builder_take(&b, 0, 7);
	return b;
}

static void end_image(const struct builder *b, int32_t code, int32_t end_signal)
{
	b->header->exit_code = code;
	b->header->end_signal = end_signal;
	b->header->end_ns = 900;
	__atomic_store_n(&b->header->state, TRACK_STATE_ENDED, __ATOMIC_RELEASE);
}

Test(probes, what_is_not_settled_waits)
{
	clock_stop();
	struct builder b = watched();
	cr_assert(eq(int, collector_add(collector, folder), 0));
	uint64_t at = stopped_ns - 50000000;
	builder_create(&b, 0, at, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	builder_create(&b, 0, at - 7, 2);
	b.header->settled_ns = at;
	cr_assert(eq(u64, fixture_poll(), 1), "not the one at the horizon itself");
	b.header->settled_ns = at + 1;
	cr_assert(eq(u64, fixture_poll(), 1));
	cr_assert(lt(ptr, strstr(record.text, "create:2@"), strstr(record.text, "create:1@")));
	builder_close(&b);
}

Test(probes, what_is_settled_in_the_future_is_no_older_than_a_look)
{
	clock_stop();
	struct builder b = watched();
	cr_assert(eq(int, collector_add(collector, folder), 0));
	b.header->settled_ns = UINT64_MAX;
	builder_create(&b, 0, stopped_ns + 1, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	builder_close(&b);
}

/* Who adds to a process's own spool is waited for, too. */
Test(probes, a_shim_that_has_company_waits_for_it)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", getpid());
	builder_take(&b, 0, 7);
	b.header->settled_ns = stopped_ns - 60000000;
	cr_assert(eq(int, collector_add(collector, folder), 0));
	builder_create(&b, 0, stopped_ns - 50000000, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	builder_close(&b);
}

Test(probes, an_image_lives_until_its_writer_says_that_it_ended)
{
	struct builder b = watched();
	builder_create(&b, 0, 800, 1);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	fixture_poll();
	int32_t pids[2];
	cr_assert(eq(sz, collector_alive(collector, pids, 2), 1));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_RUNNING));
	cr_assert(eq(int, record.processes[0].engine, TRACK_ENGINE_PROBES));
	end_image(&b, 5, 0);
	cr_assert(eq(u64, fixture_poll(), 1), "all of it, settled or not");
	cr_assert(eq(sz, collector_alive(collector, pids, 2), 0));
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXIT));
	cr_assert(eq(i32, record.processes[0].code, 5));
	cr_assert(eq(u64, record.processes[0].end_ns, 900));
	builder_close(&b);
}

Test(probes, a_signal_that_ended_it_is_told)
{
	struct builder b = watched();
	end_image(&b, -1, SIGKILL);
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_SIGNAL));
	cr_assert(eq(i32, record.processes[0].code, SIGKILL));
	builder_close(&b);
}

Test(probes, without_its_writer_nobody_knows_how_it_ended)
{
	struct builder b = watched();
	b.header->writer_pid = BUILDER_DEAD_PID - 1;
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_UNKNOWN));
	builder_close(&b);
}

Test(probes, it_may_go_on_when_its_writer_left_off)
{
	struct builder b = watched();
	b.header->pid = getpid();
	b.header->writer_pid = BUILDER_DEAD_PID;
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_RUNNING));
	cr_assert(eq(u64, record.processes[0].end_ns, 0));
	builder_close(&b);
}

Test(probes, an_exec_ends_an_image_that_its_writer_ended)
{
	struct builder b = watched();
	struct builder next = builder_open(folder, "b", BUILDER_DEAD_PID);
	next.header->engine = TRACK_ENGINE_PROBES;
	next.header->start_ns = 700;
	end_image(&b, -1, 0);
	end_image(&next, 3, 0);
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].end, COLLECT_END_EXEC));
	cr_assert(eq(u64, record.processes[0].end_ns, 700));
	cr_assert(eq(i32, record.processes[1].code, 3));
	builder_close(&next);
	builder_close(&b);
}

Test(probes, what_ran_before_is_told)
{
	struct builder b = watched();
	b.header->origin = TRACK_ORIGIN_ATTACHED;
	end_image(&b, 0, 0);
	fixture_read_all();
	cr_assert(eq(int, record.processes[0].origin, TRACK_ORIGIN_ATTACHED));
	builder_close(&b);
}

Test(probes, a_writer_of_no_known_kind_is_refused)
{
	struct builder b = watched();
	b.header->engine = TRACK_ENGINE__COUNT;
	fixture_read_all();
	cr_assert(eq(u32, record.process_count, 0));
	builder_close(&b);
}

static int is_used(const struct builder *b)
{
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);
	int used = spool_in_use(fd);
	close(fd);
	return used;
}

/* Whether the process itself lives says nothing. */
Test(probes, it_is_in_use_while_its_writer_lives)
{
	struct builder b = watched();
	b.header->state = TRACK_STATE_ENDED;
	b.header->writer_ticks = 0;
	b.header->pid = getpid();
	struct track_spool *header = b.header;
	header->writer_pid = getpid();
	builder_close(&b);
	cr_assert(eq(int, is_used(&b), 1));
	int fd = open(b.path, O_RDWR | O_CLOEXEC);
	int32_t gone = BUILDER_DEAD_PID;
	cr_assert(eq(int,
		     (int)pwrite(fd, &gone, sizeof(gone), offsetof(struct track_spool, writer_pid)),
		     (int)sizeof(gone)));
	close(fd);
	cr_assert(eq(int, is_used(&b), 0));
}

/* The process is gone, and what was seen of it is still on its way. */
Test(probes, a_spool_that_is_added_to_is_not_over_before_it_is_settled)
{
	clock_stop();
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->settled_ns = b.header->start_ns;
	builder_take(&b, 0, 7);
	cr_assert(eq(int, collector_own(collector, folder), 0));
	uint64_t at = stopped_ns - 50000000;
	builder_create(&b, 0, at, 1);
	cr_assert(eq(u64, fixture_poll(), 0));
	builder_create(&b, 0, at + 1, 2);
	b.header->settled_ns = UINT64_MAX;
	cr_assert(eq(u64, fixture_poll(), 2));
	builder_close(&b);
}
