/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static char path[128], alone[128];

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/unit_fold_XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
	snprintf(alone, sizeof(alone), "%s/alone.db", folder);
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(fold, .init = make_folder, .fini = remove_folder);

enum hold {
	HOLD_FILE,     /* it is open, and nothing is read */
	HOLD_SNAPSHOT, /* what was there is read */
};

/* Of another process, until it is let go. */
static pid_t hold(enum hold how)
{
	int ready[2];
	pid_t pid;
	char byte;

	cr_assert_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct trace *trace;
		struct trace_query *query;

		if (trace_open(path, TRACE_READ, &trace) != 0 ||
		    trace_query(trace, "SELECT key FROM meta", &query) != 0 ||
		    trace_query_step(query) != 1)
			_exit(1);
		if (how == HOLD_FILE)
			trace_query_destroy(query);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void let_go(pid_t holder)
{
	kill(holder, SIGKILL);
	cr_assert_eq(waitpid(holder, NULL, 0), holder);
}

static struct trace *begin(void)
{
	struct trace *trace;

	cr_assert_eq(trace_create(path, &trace), 0, "%s", trace_open_error());
	return trace;
}

/* As a job that takes the trace with it, and nothing beside it. */
static bool is_finished_alone(void)
{
	char command[512];
	struct trace *trace;
	bool finished;

	snprintf(command, sizeof(command), "cp %s %s", path, alone);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(trace_open(alone, TRACE_READ, &trace), 0, "%s", trace_open_error());
	finished = trace_meta(trace, "finished") != NULL;
	trace_close(trace);
	return finished;
}

static bool has_log(void)
{
	char log[160];

	snprintf(log, sizeof(log), "%s-wal", path);
	return access(log, F_OK) == 0;
}

Test(fold, trace_that_somebody_has_open_is_whole_without_its_log)
{
	struct trace *trace = begin();
	pid_t holder = hold(HOLD_FILE);

	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_expect_eq(trace_close(trace), 0);
	cr_expect(is_finished_alone());
	let_go(holder);
}

Test(fold, who_closes_is_told_that_a_snapshot_keeps_the_log)
{
	struct trace *trace = begin();
	pid_t holder = hold(HOLD_SNAPSHOT);

	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_expect_eq(trace_close(trace), -EBUSY);
	cr_expect(trace_has_log(path));
	cr_expect_not(is_finished_alone());
	cr_expect_eq(trace_fold(path), -EBUSY);
	let_go(holder);
}

Test(fold, log_that_stayed_is_folded_in_later)
{
	struct trace *trace = begin();
	pid_t holder = hold(HOLD_SNAPSHOT);

	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_assert_eq(trace_close(trace), -EBUSY);
	let_go(holder);
	cr_expect_eq(trace_fold(path), 0, "%s", trace_open_error());
	cr_expect_not(has_log());
	cr_expect_not(trace_has_log(path));
	cr_expect(is_finished_alone());
}

Test(fold, snapshot_of_the_last_state_keeps_nothing_back)
{
	struct trace *trace = begin();
	pid_t holder;

	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_assert_eq(trace_index(trace), 0);
	cr_assert_eq(trace_commit(trace), 0);
	holder = hold(HOLD_SNAPSHOT);
	cr_expect_eq(trace_close(trace), 0);
	cr_expect(is_finished_alone());
	let_go(holder);
}

Test(fold, recording_that_goes_on_is_left_to_its_recorder)
{
	struct trace *trace = begin();

	cr_assert_eq(trace_set_meta(trace, "a", "1"), 0);
	cr_assert_eq(trace_commit(trace), 0);
	cr_expect(trace_has_log(path));
	let_go(hold(HOLD_FILE));
	cr_assert_eq(trace_set_meta(trace, "finished", "1"), 0);
	cr_expect_eq(trace_close(trace), 0);
	cr_expect_not(has_log());
	cr_expect(is_finished_alone());
}
