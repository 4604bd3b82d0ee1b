/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"
#include "annotate.h"
#include "budget.h"
#include "census.h"
#include "clock.h"
#include "exec.h"
#include "filter.h"
#include "folder.h"
#include "hold.h"
#include "module.h"
#include "pack.h"
#include "path.h"
#include "real.h"
#include "spool.h"
#include "stack.h"
#include "standing.h"
#include "thread.h"
#include "ticks.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static struct {
	int pid;
	bool exiting;
	char folder[PATH_MAX];
	struct spool_options options;
} process;

static SHIM_TLS uint64_t tls_signals; /* the mask to restore after a fork */
static SHIM_TLS bool tls_forking;     /* our handlers run around this fork */

int process_pid(void)
{
	return process.pid;
}

static uint64_t env_number(char *const *envp, const char *name, uint64_t absent)
{
	const char *text = exec_find_env(envp, name);
	if (!text || *text < '0' || *text > '9')
		return absent;
	uint64_t number = 0;
	for (; *text >= '0' && *text <= '9' && number < UINT64_MAX / 16; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	return number;
}

static void record_text(struct writer *writer, enum track_process_text which, char *text,
			size_t size)
{
	writer_emit_data(writer, TRACK_META_PROCESS, 0, TRACK_CALL_none, size, 0, which, text,
			 size);
}

static void record_names(struct writer *writer)
{
	static char text[TRACK_NAME_BYTES_MAX]; /* there is only one thread yet */
	long size = sys3(SYS_readlink, (long)"/proc/self/exe", (long)text, sizeof(text));
	if (size > 0)
		record_text(writer, TRACK_PROCESS_EXE, text, (size_t)size);
	long fd = sys3(SYS_open, (long)"/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	size = sys3(SYS_read, fd, (long)text, sizeof(text));
	sys3(SYS_close, fd, 0, 0);
	if (size > 0)
		record_text(writer, TRACK_PROCESS_COMMAND, text, (size_t)size);
}

/* What every image of a process begins its spool with. */
static int start_recording(enum track_origin origin)
{
	process.options.origin = origin;
	int ret = spool_create(&process.options);
	if (ret)
		return ret;
	process.pid = (int)sys3(SYS_getpid, 0, 0, 0);
	process.exiting = false;
	writers_reset();
	hold_reset();
	ticks_restart();
	writers_enable();
	struct writer *writer = writer_get();
	if (!writer)
		return -ENOMEM;
	standing_restore(writer);
	record_names(writer);
	modules_record_all(writer, origin == TRACK_ORIGIN_FORK);
	packs_record_all(writer, origin == TRACK_ORIGIN_FORK);
	census_inherited(writer);
	return 0;
}

bool process_is_forked(void)
{
	return process.pid && sys3(SYS_getpid, 0, 0, 0) != process.pid;
}

int process_start_forked(void)
{
	bool prepared = tls_forking;
	stack_after_fork_in_child(prepared);
	standing_keep(prepared);
	int ret = start_recording(TRACK_ORIGIN_FORK);
	if (!ret && !prepared)
		spool_note(TRACK_NOTE_NO_HANDLERS, 1);
	if (!ret)
		return 0;
	/* Still the parent's spool: at least it can say that a child is missing. */
	spool_note(TRACK_NOTE_LOST_CHILDREN, 1);
	process.pid = 0;
	return ret;
}

static void before_fork(void)
{
	/* No handler may record in the child before it has its own spool. */
	uint64_t all = ~0ull;
	tls_forking = !writers_confined();
	if (!tls_forking)
		return;
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&tls_signals, sizeof(all));
	stack_before_fork();
	standing_before_fork();
}

static void after_fork_in_parent(void)
{
	if (!tls_forking)
		return;
	tls_forking = false;
	stack_after_fork_in_parent();
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&tls_signals, 0, sizeof(tls_signals));
}

static void after_fork_in_child(void)
{
	if (!tls_forking)
		return;
	writer_get();
	tls_forking = false;
	sys4(SYS_rt_sigprocmask, SIG_SETMASK, (long)&tls_signals, 0, sizeof(tls_signals));
}

void process_exiting(int exit_code)
{
	struct writer *writer = writer_get();
	/* A child that shares our memory (clone) ends itself, not us. */
	if (!writer || (!writers_confined() && process_is_forked()))
		return;
	if (__atomic_exchange_n(&process.exiting, true, __ATOMIC_RELAXED))
		return;
	annotate_rest(writer);
	if (!writers_confined()) {
		spool_tell_fd_limit();
		census_take(writer);
	}
	spool_exiting(exit_code, clock_ns());
}

void process_goes_on(void)
{
	if (!writer_get() || !process.exiting)
		return;
	process.exiting = false;
	spool_goes_on();
}

bool process_sandboxing(const void *program)
{
	if (writers_confined() || (program && filter_lets_us(program)))
		return false;
	if (writer_get())
		spool_make_room();
	else if (process_is_forked() && writers_seal_child())
		return false;
	writers_confine();
	return true;
}

void process_sandboxed(bool really)
{
	if (!really)
		writers_unconfine();
	else if (writer_get())
		spool_note(TRACK_NOTE_SANDBOXED, 1);
}

static void on_normal_exit(int exit_code, void *unused)
{
	(void)unused;
	int saved = errno;
	process_exiting(exit_code);
	errno = saved;
}

/* quick_exit runs none of the handlers above, and tells no code. */
static void on_quick_exit(void)
{
	process_exiting(-1);
}

/*
 * -z initfirst: before the constructors of every other library. The handlers
 * registered here are the last to run at exit, after all destructors.
 */
static __attribute__((constructor)) void start(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	real_resolve_all();
	if (getauxval(AT_SECURE))
		return;
	/* Recorded or not, we stand in the environment of whatever is executed. */
	exec_init(envp);
	if (!folder_choose(envp, process.folder))
		return;
	exec_keep_folder(process.folder);
	clock_init();
	process.options.folder = process.folder;
	process.options.cap_bytes = env_number(envp, TRACK_ENV_CAP, TRACK_CAP_BYTES_DEFAULT);
	process.options.stack_depth =
		(uint32_t)env_number(envp, TRACK_ENV_STACK, TRACK_STACK_DEPTH_DEFAULT);
	stack_init(process.options.stack_depth);
	if (writers_init() || start_recording(TRACK_ORIGIN_START)) {
		budget_count_unrecorded();
		return;
	}
	thread_init();
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
	LIBC(on_exit)(on_normal_exit, NULL);
	at_quick_exit(on_quick_exit);
}
