/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of the exec and spawn families: the real call, with an environment
 * that the shim survives. They may run in a vfork child, on the parent's memory.
 */
#include "exec.h"
#include "real.h"
#include "spool.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

/* Where a filter may kill for a system call, files are not looked at. */
static void inspect(int folder, const char *path, struct target *ret_target)
{
	*ret_target = (struct target){0};
	if (!writers_confined() && path)
		target_inspect(folder, path, ret_target);
}

static void inspect_named(const char *name, struct target *ret_target)
{
	*ret_target = (struct target){0};
	if (!writers_confined() && name)
		target_inspect_named(name, exec_find_env(environ, "PATH"), ret_target);
}

static void note(enum track_note number, bool taken_back)
{
	if (number != TRACK_NOTE__COUNT)
		spool_note(number, taken_back ? UINT64_MAX : 1);
}

/*
 * Run CALL, which uses `environment`: envp with what the shim needs. As little
 * stack as may be: crash handlers do this on theirs. Only a call that returns
 * failed: then the note is taken back.
 */
#define WITH_ENVIRONMENT(envp, INSPECT, CALL)                                                      \
	struct target target;                                                                      \
	int saved = errno;                                                                         \
	INSPECT;                                                                                   \
	struct exec_plan plan = exec_plan(envp, &target);                                          \
	char *pointers[plan.pointers + 1];                                                         \
	char text[plan.text_bytes + 1];                                                            \
	char *const *environment =                                                                 \
		plan.pointers ? exec_environment(&plan, envp, &target, pointers, text) : (envp);   \
	errno = saved;                                                                             \
	note(plan.note, false);                                                                    \
	int ret = (CALL);                                                                          \
	if (ret)                                                                                   \
		note(plan.note, true);                                                             \
	return ret

static int exec_path(const char *path, char *const argv[], char *const envp[])
{
	WITH_ENVIRONMENT(envp, inspect(AT_FDCWD, path, &target),
			 REAL(execve)(path, argv, environment));
}

static int exec_named(const char *name, char *const argv[], char *const envp[])
{
	WITH_ENVIRONMENT(envp, inspect_named(name, &target),
			 REAL(execvpe)(name, argv, environment));
}

SHIM_EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
	return exec_path(path, argv, envp);
}

SHIM_EXPORT int execv(const char *path, char *const argv[])
{
	return exec_path(path, argv, environ);
}

SHIM_EXPORT int execvp(const char *name, char *const argv[])
{
	return exec_named(name, argv, environ);
}

SHIM_EXPORT int execvpe(const char *name, char *const argv[], char *const envp[])
{
	return exec_named(name, argv, envp);
}

SHIM_EXPORT int execveat(int folder, const char *path, char *const argv[], char *const envp[],
			 int flags)
{
	WITH_ENVIRONMENT(envp, inspect(folder, path, &target),
			 REAL(execveat)(folder, path, argv, environment, flags));
}

SHIM_EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
	WITH_ENVIRONMENT(envp, inspect(fd, "", &target), REAL(fexecve)(fd, argv, environment));
}

SHIM_EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
			    const posix_spawnattr_t *attributes, char *const argv[],
			    char *const envp[])
{
	WITH_ENVIRONMENT(envp, inspect(AT_FDCWD, path, &target),
			 REAL(posix_spawn)(pid, path, actions, attributes, argv, environment));
}

SHIM_EXPORT int posix_spawnp(pid_t *pid, const char *name,
			     const posix_spawn_file_actions_t *actions,
			     const posix_spawnattr_t *attributes, char *const argv[],
			     char *const envp[])
{
	WITH_ENVIRONMENT(envp, inspect_named(name, &target),
			 REAL(posix_spawnp)(pid, name, actions, attributes, argv, environment));
}

/* What libc starts inside has the environment as it is: what is missing there cannot be mended. */
SHIM_EXPORT int system(const char *command)
{
	if (command && exec_is_cleaned(environ))
		note(TRACK_NOTE_SHIM_ABSENT, false);
	return REAL(system)(command);
}

/* The variadic ones: the arguments as a list, which ends with NULL. */
#define COUNT_ARGUMENTS(first, count)                                                              \
	va_list list;                                                                              \
	size_t count = 0;                                                                          \
	va_start(list, first);                                                                     \
	for (const char *at = first; at; at = va_arg(list, const char *))                          \
		count++;                                                                           \
	va_end(list)

#define TAKE_ARGUMENTS(first, count, argv)                                                         \
	char *argv[count + 1];                                                                     \
	va_start(list, first);                                                                     \
	argv[0] = (char *)(uintptr_t)(first);                                                      \
	for (size_t i = 1; i <= count; i++)                                                        \
		argv[i] = va_arg(list, char *);                                                    \
	va_end(list)

SHIM_EXPORT int execl(const char *path, const char *first, ...)
{
	COUNT_ARGUMENTS(first, count);
	TAKE_ARGUMENTS(first, count, argv);
	return exec_path(path, argv, environ);
}

SHIM_EXPORT int execlp(const char *name, const char *first, ...)
{
	COUNT_ARGUMENTS(first, count);
	TAKE_ARGUMENTS(first, count, argv);
	return exec_named(name, argv, environ);
}

SHIM_EXPORT int execle(const char *path, const char *first, ...)
{
	COUNT_ARGUMENTS(first, count);
	char *argv[count + 1];
	va_start(list, first);
	argv[0] = (char *)(uintptr_t)first;
	for (size_t i = 1; i <= count; i++)
		argv[i] = va_arg(list, char *);
	char *const *envp = va_arg(list, char *const *);
	va_end(list);
	return exec_path(path, argv, envp);
}
