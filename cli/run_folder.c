/* SPDX-License-Identifier: Apache-2.0 */
#include "run_folder.h"

#include <base/text.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <track/wire.h>
#include <unistd.h>

static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

static int join(char ret_path[PATH_MAX], const char *folder, const char *name)
{
	int length = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);

	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* A folder that the user named may be anything that others cannot tamper with. */
static int check_chosen(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return -EPERM;
	if (st.st_mode & 022 && !(st.st_mode & S_ISVTX))
		return -EPERM;
	return 0;
}

static int check_own(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077) ? 0 : -EPERM;
}

const char *run_folder_unfit(const char *path)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} unfit[] = {
#define TRACK_FILESYSTEM(magic, name) {magic, name},
#include <track/filesystems.def>
#undef TRACK_FILESYSTEM
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++)
		if ((uint32_t)fs.f_type == unfit[i].magic)
			return unfit[i].name;
	return NULL;
}

/* As the preloaded library chooses where nobody tells it. */
static int default_base(char ret_path[PATH_MAX])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	const char *folders[] = {getenv("TMPDIR"), "/tmp", "/dev/shm"};
	char name[64];

	/* Under sudo it may be another user's: a folder of ours there would lock them out. */
	if (runtime && runtime[0] == '/' && is_ours(runtime) && access(runtime, W_OK) == 0 &&
	    !run_folder_unfit(runtime))
		return join(ret_path, runtime, "rtctrack");
	snprintf(name, sizeof(name), "rtctrack-%u", (unsigned)geteuid());
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (folders[i] && folders[i][0] == '/' && access(folders[i], W_OK) == 0 &&
		    !run_folder_unfit(folders[i]))
			return join(ret_path, folders[i], name);
	return join(ret_path, "/tmp", name);
}

static int find_base(const char *chosen, bool create, char ret_path[PATH_MAX])
{
	int r;

	if (chosen) {
		if (create && mkdir(chosen, 0700) < 0 && errno != EEXIST) {
			r = -errno;
			snprintf(ret_path, PATH_MAX, "%s", chosen);
			return r;
		}
		/* The program may change its folder: the spools' path must not depend on it. */
		if (!realpath(chosen, ret_path)) {
			r = -errno;
			snprintf(ret_path, PATH_MAX, "%s", chosen);
			return r;
		}
		return check_chosen(ret_path);
	}
	r = default_base(ret_path);
	if (r < 0)
		return r;
	if (create && mkdir(ret_path, 0700) < 0 && errno != EEXIST)
		return -errno;
	return check_own(ret_path);
}

int run_folder_base(const char *chosen, bool create, char ret_path[PATH_MAX])
{
	int r = find_base(chosen, create, ret_path);

	return r == 0 && create && run_folder_unfit(ret_path) ? -EMEDIUMTYPE : r;
}

int run_folder_create(const char *base, struct run_folder *ret_folder)
{
	struct run_folder folder = {.lock_fd = -1};
	char name[64];
	int r;

	snprintf(name, sizeof(name), RUN_FOLDER_PREFIX "%d-XXXXXX", (int)getpid());
	r = join(folder.path, base, name);
	if (r < 0)
		return r;
	if (!mkdtemp(folder.path))
		return -errno;
	*ret_folder = folder;
	return 0;
}

int run_folder_limit(const struct run_folder *folder, uint64_t cap_bytes, uint64_t settle_ns)
{
	struct track_budget budget = {
		.version = TRACK_WIRE_VERSION,
		.segments_cap = cap_bytes / TRACK_SEGMENT_BYTES,
		.settle_ns = settle_ns,
	};
	char page[TRACK_BUDGET_BYTES] = {0};
	char path[PATH_MAX];
	ssize_t written;
	int fd, r = join(path, folder->path, TRACK_BUDGET_FILE);

	if (r < 0)
		return r;
	memcpy(budget.magic, TRACK_BUDGET_MAGIC, sizeof(budget.magic));
	memcpy(page, &budget, sizeof(budget));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	/* Written whole, not sparse: a hole on a full disk would be a SIGBUS in the program. */
	written = write(fd, page, sizeof(page));
	r = written == sizeof(page) ? 0 : written < 0 ? -errno : -ENOSPC;
	close(fd);
	return r;
}

int run_folder_tell_beside(const struct run_folder *folder)
{
	const uint32_t beside = 1;
	char path[PATH_MAX];
	int fd, r = join(path, folder->path, TRACK_BUDGET_FILE);

	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (pwrite(fd, &beside, sizeof(beside), offsetof(struct track_budget, beside)) !=
	    (ssize_t)sizeof(beside))
		r = errno ? -errno : -EIO;
	close(fd);
	return r;
}

static int write_info(int fd, const int32_t *programs, size_t program_count, const char *trace_path,
		      const char *command)
{
	char absolute[PATH_MAX], clean_path[PATH_MAX], clean_command[256];
	int r = dprintf(fd, "pid %d\nversion %s\n", (int)getpid(), RTCTRACK_VERSION);

	if (realpath(trace_path, absolute))
		trace_path = absolute;
	text_clean(trace_path, strlen(trace_path), clean_path, sizeof(clean_path));
	text_clean(command, strlen(command), clean_command, sizeof(clean_command));
	for (size_t i = 0; r >= 0 && i < program_count && i < RUN_PROGRAMS_MAX; i++)
		r = dprintf(fd, "program %d\n", (int)programs[i]);
	if (r >= 0)
		r = dprintf(fd, "trace %s\ncommand %s\n", clean_path, clean_command);
	return r < 0 ? -errno : 0;
}

int run_folder_announce(struct run_folder *folder, const int32_t *programs, size_t program_count,
			const char *trace_path, const char *command)
{
	char path[PATH_MAX];
	int fd, r;

	r = join(path, folder->path, RUN_FOLDER_INFO);
	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	if (r == 0)
		r = write_info(fd, programs, program_count, trace_path, command);
	if (r < 0) {
		close(fd);
		return r;
	}
	folder->lock_fd = fd;
	return 0;
}

int run_folder_ask(const char *folder_path)
{
	char path[PATH_MAX];
	int fd, r = join(path, folder_path, RUN_FOLDER_QUESTION);

	if (r < 0)
		return r;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

bool run_folder_asked(const struct run_folder *folder)
{
	return !run_folder_answered(folder->path);
}

void run_folder_answer(const struct run_folder *folder)
{
	char path[PATH_MAX];

	if (join(path, folder->path, RUN_FOLDER_QUESTION) == 0)
		unlink(path);
}

bool run_folder_answered(const char *folder_path)
{
	char path[PATH_MAX];

	return join(path, folder_path, RUN_FOLDER_QUESTION) < 0 || access(path, F_OK) < 0;
}

void run_folder_keep(struct run_folder *folder)
{
	if (folder->lock_fd >= 0)
		close(folder->lock_fd);
	folder->lock_fd = -1;
}

/* The files of a folder. What is a symlink is removed, and not followed. */
static void remove_files(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		unlinkat(fd, entry->d_name, 0);
	if (directory)
		closedir(directory);
	else if (fd >= 0)
		close(fd);
}

void run_folder_remove(struct run_folder *folder)
{
	int fd;

	run_folder_keep(folder);
	if (!folder->path[0])
		return;
	fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		remove_files(fd, RUN_FOLDER_PACKS);
		unlinkat(fd, RUN_FOLDER_PACKS, AT_REMOVEDIR);
		close(fd);
	}
	remove_files(AT_FDCWD, folder->path);
	rmdir(folder->path);
	folder->path[0] = 0;
}

static bool is_locked(int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return false;
	return errno == EWOULDBLOCK;
}

static bool take_text(const char *line, const char *key, char *ret_text, size_t capacity)
{
	size_t length = strlen(key);

	if (strncmp(line, key, length) != 0)
		return false;
	text_clean(line + length, strlen(line + length), ret_text, capacity);
	return true;
}

static void parse_line(const char *line, struct run_info *info)
{
	int number;

	if (sscanf(line, "pid %d", &number) == 1)
		info->pid = number;
	else if (sscanf(line, "program %d", &number) == 1 && info->program_count < RUN_PROGRAMS_MAX)
		info->programs[info->program_count++] = number;
	else if (!take_text(line, "command ", info->command, sizeof(info->command)) &&
		 !take_text(line, "version ", info->version, sizeof(info->version)))
		take_text(line, "trace ", info->trace_path, sizeof(info->trace_path));
}

int run_info_read(const char *folder_path, struct run_info *ret_info)
{
	struct run_info info = {0};
	char path[PATH_MAX], text[PATH_MAX + 1024 + RUN_PROGRAMS_MAX * 20];
	char *rest = text, *line;
	ssize_t length;
	int fd, r;

	if (!is_ours(folder_path))
		return -ENOENT;
	r = join(path, folder_path, RUN_FOLDER_INFO);
	if (r == 0)
		r = join(info.path, folder_path, "");
	if (r < 0)
		return r;
	info.path[strlen(info.path) - 1] = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -ENOENT;
	length = is_locked(fd) ? read(fd, text, sizeof(text) - 1) : -1;
	close(fd);
	if (length <= 0)
		return -ENOENT;
	text[length] = 0;
	while ((line = strsep(&rest, "\n")))
		parse_line(line, &info);
	info.program_pid = info.programs[0];
	*ret_info = info;
	return 0;
}

bool run_info_has(const struct run_info *info, int32_t pid)
{
	for (size_t i = 0; i < info->program_count; i++)
		if (info->programs[i] == pid)
			return true;
	return info->pid == pid;
}

/* A spool is called after its process: PID-... */
bool run_info_records(const struct run_info *info, int32_t pid)
{
	DIR *directory = opendir(info->path);
	const struct dirent *entry;
	bool found = false;

	while (directory && !found && (entry = readdir(directory))) {
		const char *suffix = strrchr(entry->d_name, '.');
		int number;

		found = suffix && strcmp(suffix, TRACK_SPOOL_SUFFIX) == 0 &&
			sscanf(entry->d_name, "%d-", &number) == 1 && number == pid;
	}
	if (directory)
		closedir(directory);
	return found;
}

size_t run_info_list(const char *base, struct run_info *ret_infos, size_t max)
{
	DIR *directory = opendir(base);
	struct dirent *entry;
	struct run_info info;
	char path[PATH_MAX];
	size_t count = 0;

	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		if (strncmp(entry->d_name, RUN_FOLDER_PREFIX, strlen(RUN_FOLDER_PREFIX)) != 0 ||
		    join(path, base, entry->d_name) < 0 || run_info_read(path, &info) < 0)
			continue;
		if (count < max)
			ret_infos[count] = info;
		count++;
	}
	closedir(directory);
	return count;
}
