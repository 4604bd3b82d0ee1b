/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <sys/wait.h>
#include <unistd.h>

/* As who is about to fold the log in: SQLite's file format, "Locking": all of the lock's bytes. */
static pid_t hold_alone(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = 0x40000000, .l_len = 512};
	int ready[2];
	pid_t pid;
	char byte;

	cr_assert_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(path, O_RDWR);

		if (fcntl(fd, F_SETLK, &lock) != 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

Test(busy, trace_whose_log_is_being_folded_in_is_busy_and_not_read_without_it)
{
	char folder[] = "/tmp/unit_busy_XXXXXX", path[64];
	struct trace *trace = NULL;
	pid_t holder;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
	cr_assert_eq(trace_create(path, &trace), 0);
	trace_close(trace);
	trace = NULL;
	holder = hold_alone(path);
	cr_expect_eq(trace_open(path, TRACE_READ, &trace), -EBUSY);
	cr_expect_eq(trace_open(path, TRACE_COPY, &trace), -EBUSY);
	cr_expect_null(trace);
	kill(holder, SIGKILL);
	cr_assert_eq(waitpid(holder, NULL, 0), holder);
	cr_expect_eq(trace_open(path, TRACE_READ, &trace), 0);
	trace_close(trace);
	unlink(path);
	rmdir(folder);
}
