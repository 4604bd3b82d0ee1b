/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that end a process, split it or unload its modules. */
#include "clock.h"
#include "fd.h"
#include "hold.h"
#include "module.h"
#include "process.h"
#include "real.h"
#include "spool.h"
#include "stack.h"
#include "writer.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

/* The C runtime's, which no header declares: runs main and exits. */
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*loader_fini)(void), void *stack_end);

static void exit_begins(void)
{
	const struct writer *writer = writer_get();
	if (writer)
		spool_exit_begun(writer->tid, clock_ns());
}

/* The same, at leisure. */
static void normal_exit_begins(void)
{
	const struct writer *writer = writer_get();
	if (writer)
		hold_end(writer);
	exit_begins();
}

static int (*program_main)(int, char **, char **);

/* Its frame is left out of stacks (stack.c). */
static int run_main(int argc, char **argv, char **environment)
{
	int code = program_main(argc, argv, environment);
	normal_exit_begins();
	return code;
}

/* Called by the stubs: what the program asks for begins. */
void *wrap_exit_target(void);
void *wrap_quick_exit_target(void);

void *wrap_exit_target(void)
{
	normal_exit_begins();
	return real_get(TRACK_CALL_exit);
}

void *wrap_quick_exit_target(void)
{
	exit_begins();
	return real_get(TRACK_CALL_quick_exit);
}

/* All constructors have run, main has not: the time to open libunwind. */
SHIM_EXPORT int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
				  void (*init)(void), void (*fini)(void), void (*loader_fini)(void),
				  void *stack_end)
{
	if (writer_get())
		stack_load();
	program_main = main;
	return REAL(__libc_start_main)(run_main, argc, argv, init, fini, loader_fini, stack_end);
}

SHIM_EXPORT void _exit(int code)
{
	process_exiting(code);
	REAL(_exit)(code);
	__builtin_unreachable();
}

SHIM_EXPORT void _Exit(int code)
{
	process_exiting(code);
	REAL(_Exit)(code);
	__builtin_unreachable();
}

/* The parent ends inside, by a call of libc's own: its last look is taken before. */
SHIM_EXPORT int daemon(int keep_folder, int keep_streams)
{
	process_exiting(0);
	int ret = REAL(daemon)(keep_folder, keep_streams);
	if (ret)
		process_goes_on();
	return ret;
}

SHIM_EXPORT int dlclose(void *library)
{
	int ret = REAL(dlclose)(library);
	modules_count_unloads();
	struct writer *writer = writer_get();
	if (writer) {
		int saved = errno;
		modules_after_unload(writer);
		errno = saved;
	}
	return ret;
}

/* A child on our memory that is no thread of ours: what it closes is not ours to lose. */
SHIM_EXPORT int clone(int (*start)(void *), void *stack, int flags, void *arg, ...)
{
	va_list list;
	va_start(list, arg);
	void *parent_tid = va_arg(list, void *);
	void *tls = va_arg(list, void *);
	void *child_tid = va_arg(list, void *);
	va_end(list);
	bool shares = (flags & CLONE_VM) && !(flags & CLONE_THREAD);
	if (shares)
		writers_share();
	int pid = REAL(clone)(start, stack, flags, arg, parent_tid, tls, child_tid);
	/* After a vfork it is over; else nobody tells when. */
	if (shares && (pid < 0 || (flags & CLONE_VFORK)))
		writers_unshare();
	if (pid < 0)
		fd_refused(TRACK_CALL_clone);
	else if (flags & CLONE_PIDFD)
		fd_opened(*(const int *)parent_tid, TRACK_FD_CLASS_PIDFD, TRACK_CALL_clone, -1);
	return pid;
}

/* Called by the vfork stub: the child will run on this thread's memory. */
void *wrap_vfork_target(void);

void *wrap_vfork_target(void)
{
	writer_mark_vfork();
	return real_get(TRACK_CALL_vfork);
}
