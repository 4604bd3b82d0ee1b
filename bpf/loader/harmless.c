/* SPDX-License-Identifier: Apache-2.0 */
#include "harmless.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534
#define SECONDS_MAX 1

/* By the system calls themselves: libc's would look for other threads to take along. */
static int drop_ids(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};

	if ((getuid() == 0 || geteuid() == 0) &&
	    (syscall(SYS_setgroups, 0, NULL) < 0 ||
	     syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) < 0 ||
	     syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) < 0))
		return -errno;
	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

static int set_limits(void)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t most;
	} limits[] = {
		{RLIMIT_CPU, SECONDS_MAX},
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, 0},
		{RLIMIT_NPROC, 0},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct rlimit limit = {limits[i].most, limits[i].most};
		if (setrlimit(limits[i].what, &limit) < 0)
			return -errno;
	}
	return 0;
}

int harmless_rights(void)
{
	int error = set_limits();

	if (!error)
		error = drop_ids();
	/* Whoever has the same id now must not reach in; a change of ids sets it anew. */
	if (!error &&
	    (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0))
		error = -errno;
	return error;
}

int harmless_calls(int kept)
{
	unsigned int number = (unsigned int)kept;

	if ((number > 0 && syscall(SYS_close_range, 0, number - 1, 0) < 0) ||
	    syscall(SYS_close_range, number + 1, UINT_MAX, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) < 0)
		return -errno;
	return 0;
}
