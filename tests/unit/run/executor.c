/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <fcntl.h>
#include <pthread.h>
#include <run/library.h>
#include <run/task.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct executor *executor;

static void begin(void)
{
	cr_assert_eq(executor_create("dc executor of the tests", &executor), 0);
}

static void end(void)
{
	executor_destroy(executor);
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
}

TestSuite(executor, .init = begin);

/* What happened, in order. */
static char story[64];

static void tell(char event)
{
	size_t length = strlen(story);

	cr_assert_lt(length + 1, sizeof(story));
	story[length] = event;
	story[length + 1] = '\0';
}

struct letter {
	struct job job;
	char event;
};

static void tell_letter(struct job *job)
{
	tell(((struct letter *)job)->event);
}

static void note_thread(void *user)
{
	bool *ret = user;
	char name[16];
	sigset_t blocked;

	ret[0] = executor_is_current(executor);
	pthread_getname_np(pthread_self(), name, sizeof(name));
	ret[1] = !strcmp(name, "dc executor of ");
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	ret[2] = sigismember(&blocked, SIGTERM) == 1 && sigismember(&blocked, SIGCHLD) == 1;
}

Test(executor, jobs_run_on_its_thread_which_has_a_name_and_takes_no_signal)
{
	bool found[3] = {false, false, false};
	sigset_t blocked;

	run_on(executor, note_thread, found);
	cr_expect(found[0]);
	cr_expect(found[1]);
	cr_expect(found[2]);
	cr_expect_not(executor_is_current(executor));
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	cr_expect_eq(sigismember(&blocked, SIGTERM), 0);
	end();
}

Test(executor, jobs_run_in_the_order_posted)
{
	struct letter letters[26];

	for (int i = 0; i < 26; i++) {
		letters[i] = (struct letter){.job.run = tell_letter, .event = (char)('a' + i)};
		executor_post(executor, &letters[i].job);
	}
	run_on(executor, nothing, NULL);
	cr_expect_str_eq(story, "abcdefghijklmnopqrstuvwxyz");
	end();
}

struct chain {
	struct job job;
	unsigned left, ran;
};

static void post_again(struct job *job)
{
	struct chain *chain = (struct chain *)job;

	chain->ran++;
	if (--chain->left)
		executor_post(executor, job);
}

Test(executor, what_was_posted_runs_before_it_ends)
{
	struct chain chain = {.job.run = post_again, .left = 100};

	executor_post(executor, &chain.job);
	executor_destroy(executor);
	executor = NULL;
	cr_expect_eq(chain.ran, 100);
	end();
}

Test(executor, one_that_was_never_made_can_be_destroyed)
{
	executor_destroy(NULL);
	end();
}

static struct letter deferred[2] = {{{NULL, tell_letter}, 'd'}, {{NULL, tell_letter}, 'e'}};

static enum task_state tell_poll(struct task *task, void *state)
{
	(void)task;
	(void)state;
	tell('t');
	return TASK_DONE;
}

static const struct task_class teller = {.name = "teller", .poll = tell_poll};

static void defer_then_spawn(void *user)
{
	(void)user;
	executor_defer(executor, &deferred[0].job);
	executor_defer(executor, &deferred[1].job);
	cr_expect_eq(task_spawn(executor, &teller, NULL, NULL), 0);
	tell('j');
}

Test(executor, deferred_jobs_run_after_the_tasks_of_the_round)
{
	run_on(executor, defer_then_spawn, NULL);
	run_on(executor, nothing, NULL);
	cr_expect_str_eq(story, "jtde");
	end();
}

static struct letter later = {{NULL, tell_letter}, 'z'};
static sem_t later_ran;

static void tell_and_post(struct job *job)
{
	tell_letter(job);
	sem_post(&later_ran);
}

static void defer_once_more(struct job *job)
{
	(void)job;
	tell('x');
	later.job.run = tell_and_post;
	executor_defer(executor, &later.job);
}

static struct job deferrer = {.run = defer_once_more};

static void defer_deferrer(void *user)
{
	(void)user;
	executor_defer(executor, &deferrer);
}

Test(executor, what_a_deferred_job_defers_runs_without_anything_else_to_do)
{
	sem_init(&later_ran, 0, 0);
	run_on(executor, defer_deferrer, NULL);
	cr_expect(await(&later_ran));
	cr_expect_str_eq(story, "xz");
	end();
}

/* Watches */

struct reader {
	struct watch watch;
	struct task *task;
	int fds[2];
	size_t bytes;
	unsigned polls;
	uint32_t seen;
	bool greedy; /* reads until EAGAIN */
	bool removed;
	sem_t polled, dropped;
	struct reader *victim; /* removed when this one is polled */
};

static enum task_state read_poll(struct task *task, void *state)
{
	struct reader *reader = state;
	char bytes[8];
	ssize_t size;

	(void)task;
	reader->polls++;
	if (reader->removed)
		return TASK_PENDING;
	reader->seen |= reader->watch.ready;
	reader->watch.ready = 0;
	while (reader->greedy && (size = read(reader->fds[0], bytes, sizeof(bytes))) > 0)
		reader->bytes += (size_t)size;
	if (reader->victim) {
		watch_remove(&reader->victim->watch);
		reader->victim->removed = true;
		memset(&reader->victim->watch, 0x5a, sizeof(reader->victim->watch));
	}
	sem_post(&reader->polled);
	return TASK_PENDING;
}

static void read_drop(void *state)
{
	struct reader *reader = state;

	sem_post(&reader->dropped);
}

static const struct task_class reader_class = {
	.name = "reader",
	.poll = read_poll,
	.drop = read_drop,
};

static void open_reader(void *user)
{
	struct reader *reader = user;

	cr_assert_eq(task_spawn(executor, &reader_class, reader, &reader->task), 0);
	cr_assert_eq(watch_add(&reader->watch, executor, reader->fds[0], EPOLLIN, reader->task), 0);
}

static void start_reader(struct reader *reader)
{
	*reader = (struct reader){.greedy = true};
	sem_init(&reader->polled, 0, 0);
	sem_init(&reader->dropped, 0, 0);
	cr_assert_eq(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, reader->fds), 0);
	run_on(executor, open_reader, reader);
	cr_assert(await(&reader->polled));
}

static void close_reader(void *user)
{
	struct reader *reader = user;

	watch_remove(&reader->watch);
	watch_remove(&reader->watch);
	task_cancel(reader->task);
	close(reader->fds[0]);
	close(reader->fds[1]);
}

static void stop_reader(struct reader *reader)
{
	run_on(executor, close_reader, reader);
	cr_expect(await(&reader->dropped));
}

Test(executor, a_watch_wakes_its_task_when_something_arrives)
{
	struct reader reader;

	start_reader(&reader);
	for (unsigned i = 1; i <= 3; i++) {
		cr_assert_eq(write(reader.fds[1], "0123456789", 10), 10);
		cr_assert(await(&reader.polled));
		cr_expect_eq(reader.bytes, 10 * i);
	}
	cr_expect_eq(reader.seen, EPOLLIN);
	stop_reader(&reader);
	end();
}

Test(executor, a_watch_is_edge_triggered)
{
	struct reader reader;
	struct library_counts counts;

	start_reader(&reader);
	reader.greedy = false;
	cr_assert_eq(write(reader.fds[1], "x", 1), 1);
	cr_assert(await(&reader.polled));
	for (int i = 0; i < 10; i++)
		run_on(executor, nothing, NULL);
	cr_expect_eq(reader.polls, 2, "once when spawned, once for the edge");
	cr_assert_eq(write(reader.fds[1], "x", 1), 1);
	cr_assert(await(&reader.polled));
	stop_reader(&reader);
	library_count(&counts);
	cr_expect_eq(counts.tasks_pending, 0);
	end();
}

Test(executor, the_other_ends_close_is_told)
{
	struct reader reader;

	start_reader(&reader);
	cr_assert_eq(shutdown(reader.fds[1], SHUT_RDWR), 0);
	cr_assert(await(&reader.polled));
	cr_expect(reader.seen & EPOLLHUP);
	stop_reader(&reader);
	end();
}

static void write_both(void *user)
{
	struct reader *readers = user;

	for (int i = 0; i < 2; i++)
		cr_assert_eq(write(readers[i].fds[1], "x", 1), 1);
}

Test(executor, a_watch_removed_within_a_round_is_not_touched_by_it)
{
	struct reader readers[2];
	struct watch removed;

	start_reader(&readers[0]);
	start_reader(&readers[1]);
	readers[0].victim = &readers[1];
	/* Both are ready before the executor looks. */
	run_on(executor, write_both, readers);
	cr_assert(await(&readers[0].polled));
	run_on(executor, nothing, NULL);
	memset(&removed, 0x5a, sizeof(removed));
	cr_expect_arr_eq(&readers[1].watch, &removed, sizeof(removed));

	memset(&readers[1].watch, 0, sizeof(readers[1].watch));
	readers[0].victim = NULL;
	stop_reader(&readers[0]);
	stop_reader(&readers[1]);
	end();
}

Test(executor, a_removed_watch_wakes_nobody)
{
	struct reader reader;

	start_reader(&reader);
	run_on(executor, (void (*)(void *))watch_remove, &reader.watch);
	cr_assert_eq(write(reader.fds[1], "x", 1), 1);
	for (int i = 0; i < 3; i++)
		run_on(executor, nothing, NULL);
	cr_expect_eq(reader.polls, 1);
	stop_reader(&reader);
	end();
}

static void add_bad(void *user)
{
	struct reader *reader = user;
	struct watch watch = {0};

	cr_assert_eq(task_spawn(executor, &reader_class, reader, &reader->task), 0);
	cr_expect_eq(watch_add(&watch, executor, -1, EPOLLIN, reader->task), -EBADF);
	watch_remove(&watch);
	task_cancel(reader->task);
}

Test(executor, a_watch_that_could_not_be_added_keeps_no_task)
{
	struct reader reader = {0};
	struct library_counts counts;

	sem_init(&reader.polled, 0, 0);
	sem_init(&reader.dropped, 0, 0);
	run_on(executor, add_bad, &reader);
	run_on(executor, nothing, NULL);
	library_count(&counts);
	cr_expect_eq(counts.objects, 0);
	end();
}
