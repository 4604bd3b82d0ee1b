/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"
#include "exec.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A folder of our own that nobody else can have prepared for us. */
static bool own(const char *path)
{
	struct stat st;
	long ret = sys3(SYS_mkdir, (long)path, 0700, 0);
	if (ret && ret != -EEXIST)
		return false;
	return !sys3(SYS_lstat, (long)path, (long)&st, 0) && S_ISDIR(st.st_mode) &&
	       st.st_uid == (uid_t)sys3(SYS_geteuid, 0, 0, 0) && !(st.st_mode & 077);
}

/* See track/filesystems.def. */
static bool stays_ready(const char *path)
{
	static const uint32_t magics[] = {
#define TRACK_FILESYSTEM(magic, name) magic,
#include <track/filesystems.def>
#undef TRACK_FILESYSTEM
	};
	struct statfs fs;
	if (sys3(SYS_statfs, (long)path, (long)&fs, 0))
		return false;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if ((uint32_t)fs.f_type == magics[i])
			return false;
	return true;
}

bool folder_choose(char *const *envp, char ret_folder[PATH_MAX])
{
	const char *given = exec_find_env(envp, TRACK_ENV_SPOOL_DIR);
	const char *bases[] = {exec_find_env(envp, "XDG_RUNTIME_DIR"),
			       exec_find_env(envp, "TMPDIR"), "/tmp", "/dev/shm"};
	char prefix[PATH_MAX];
	if (given && *given)
		return strlen(given) < PATH_MAX && memcpy(ret_folder, given, strlen(given) + 1) &&
		       stays_ready(given);
	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		bool runtime = i == 0;
		if (!bases[i] || *bases[i] != '/' || !stays_ready(bases[i]))
			continue;
		if (runtime ? path_join(ret_folder, PATH_MAX, bases[i], "rtctrack")
			    : path_join(prefix, sizeof(prefix), bases[i], "rtctrack-") &&
				      path_number(ret_folder, PATH_MAX, prefix,
						  (uint64_t)sys3(SYS_geteuid, 0, 0, 0), ""))
			if (own(ret_folder))
				return true;
	}
	return false;
}

bool folder_is_open(const char *folder)
{
	return !sys4(SYS_faccessat, AT_FDCWD, (long)folder, W_OK | X_OK, 0);
}
