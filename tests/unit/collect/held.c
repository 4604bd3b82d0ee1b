/* SPDX-License-Identifier: Apache-2.0 */
/* Processes whose end is held back, and who lets them go. */
#include "clock.inc.c"
#include "fixture.inc.c"

#include <linux/futex.h>
#include <signal.h>
#include <sys/wait.h>

TestSuite(held, .init = fixture_start, .fini = fixture_stop);

static uint64_t base;
static bool answer;
static struct collect_held asked;
static unsigned asks;

static bool awaits(void *ctx, const struct collect_held *held)
{
	(void)ctx;
	asked = *held;
	asks++;
	return answer;
}

static struct builder follow(void)
{
	struct builder b = builder_open(folder, "a", getpid());
	cr_assert(eq(int, collector_add(collector, folder), 0));
	base = builder_now() - 100000000;
	builder_take(&b, 0, 7);
	return b;
}

static void hold(struct builder *b, uint64_t since_ns)
{
	b->header->held_tid = 7;
	b->header->held_ns = since_ns;
}

static size_t settle(void)
{
	return collector_settle(collector, awaits, NULL);
}

Test(held, nobody_is_asked_about_who_goes_on)
{
	struct builder b = follow();
	fixture_poll();
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, asks, 0));
	builder_close(&b);
}

Test(held, is_let_go_once_nothing_is_awaited)
{
	struct builder b = follow();
	hold(&b, base + 5);
	fixture_poll();
	answer = true;
	cr_expect(eq(sz, settle(), 1));
	cr_expect(eq(u32, b.header->let_go, 0));
	cr_expect(eq(u32, asked.index, 0));
	cr_expect(eq(u32, asked.tid, 7));
	cr_expect(eq(u64, asked.since_ns, base + 5));
	cr_expect(gt(u64, asked.seen_ns, base + 5));
	answer = false;
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, b.header->let_go, 1));
	cr_expect(eq(u32, asks, 2));
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, asks, 2), "once is enough");
	builder_close(&b);
}

Test(held, nothing_is_decided_before_all_that_was_before_is_told)
{
	clock_stop();
	struct builder b = follow();
	hold(&b, stopped_ns - 10);
	fixture_poll();
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, asks, 0), "what happened a moment before may come yet");
	stopped_ns += 100000000;
	fixture_poll();
	settle();
	cr_expect(eq(u32, asks, 1));
	builder_close(&b);
}

Test(held, who_went_on_by_himself_is_told_with_how_long_it_was)
{
	struct builder b = follow();
	hold(&b, base + 5);
	b.header->freed_ns = base + 25;
	fixture_poll();
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, asks, 0));
	fixture_poll();
	cr_expect(eq(u64, record.processes[0].held_ns, 20));
	builder_close(&b);
}

Test(held, times_that_cannot_be_are_not_believed)
{
	struct builder b = follow();
	hold(&b, b.header->start_ns - 1);
	b.header->freed_ns = base + 25;
	fixture_poll();
	hold(&b, base + 5);
	b.header->freed_ns = base + 4;
	fixture_poll();
	b.header->freed_ns = UINT64_MAX;
	fixture_poll();
	hold(&b, UINT64_MAX);
	b.header->freed_ns = 0;
	fixture_poll();
	cr_expect(eq(sz, settle(), 0));
	cr_expect(eq(u32, asks, 0));
	cr_expect(eq(u64, record.processes[0].held_ns, 0));
	builder_close(&b);
}

/* Its budget, mapped as the processes of the run have it. */
static struct track_budget *make_budget(uint64_t settle_ns)
{
	struct track_budget budget = {.magic = TRACK_BUDGET_MAGIC,
				      .version = TRACK_WIRE_VERSION,
				      .segments_cap = 100,
				      .settle_ns = settle_ns};
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", folder, TRACK_BUDGET_FILE);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	cr_assert(eq(int, ftruncate(fd, TRACK_BUDGET_BYTES), 0));
	cr_assert(eq(long, pwrite(fd, &budget, sizeof(budget), 0), sizeof(budget)));
	void *map = mmap(NULL, TRACK_BUDGET_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map;
}

Test(held, the_budget_names_who_reads_as_long_as_he_does)
{
	struct track_budget *budget = make_budget(1);
	cr_assert(eq(int, collector_own(collector, folder), 0));
	cr_expect(eq(u32, budget->reader, (uint32_t)syscall(SYS_gettid)));
	collector_let_go(collector);
	cr_expect(eq(u32, budget->reader, 0));
	collector_let_go(collector);
}

Test(held, nobody_is_named_where_nobody_is_held_back)
{
	struct track_budget *budget = make_budget(0);
	cr_assert(eq(int, collector_own(collector, folder), 0));
	cr_expect(eq(u32, budget->reader, 0));
}

Test(held, who_reads_and_is_killed_is_marked_by_the_kernel)
{
	struct track_budget *budget = make_budget(1);
	pid_t child = fork();
	if (child == 0) {
		if (collector_own(collector, folder) == 0)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status;
	cr_assert(eq(int, waitpid(child, &status, 0), child));
	cr_assert(eq(int, WTERMSIG(status), SIGKILL));
	cr_expect(ne(u32, budget->reader & FUTEX_OWNER_DIED, 0));
}

Test(held, the_word_of_another_is_left_alone_by_the_kernel)
{
	struct track_budget *budget = make_budget(1);
	pid_t child = fork();
	if (child == 0) {
		if (collector_own(collector, folder) == 0) {
			budget->reader = 1;
			kill(getpid(), SIGKILL);
		}
		_exit(1);
	}
	cr_assert(eq(int, waitpid(child, NULL, 0), child));
	cr_expect(eq(u32, budget->reader, 1));
}
