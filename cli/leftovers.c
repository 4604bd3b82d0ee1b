/* SPDX-License-Identifier: Apache-2.0 */
#include "leftovers.h"

#include <base/text.h>
#include <collect/in_use.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <track/wire.h>
#include <unistd.h>

#include "run_folder.h"

#define BLOCK_BYTES 512u
#define COMMAND_BYTES 256

/* A folder that is gone through, and what was found in it so far. */
struct visit {
	const struct leftovers_wish *wish;
	int fd;
	uint64_t bytes;
	uint64_t changed_ns; /* the youngest change */
};

static uint64_t time_ns(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * 1000000000ull + (uint64_t)time->tv_nsec;
}

static bool is_old(const struct leftovers_wish *wish, uint64_t changed_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return changed_ns <= time_ns(&now) && time_ns(&now) - changed_ns >= wish->older_than_ns;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static bool is_spool_name(const char *name)
{
	return ends_with(name, TRACK_SPOOL_SUFFIX);
}

/* What a run puts into its folder; .tmp is a spool that has not got its name yet. */
static bool is_run_file(const char *name)
{
	return is_spool_name(name) || ends_with(name, ".tmp") ||
	       strcmp(name, RUN_FOLDER_INFO) == 0 || strcmp(name, TRACK_MARKS_FILE) == 0 ||
	       strcmp(name, TRACK_BUDGET_FILE) == 0;
}

/* A regular file of ours, not what a symlink leads to. */
static bool look(int folder_fd, const char *name, struct stat *ret_stat)
{
	return fstatat(folder_fd, name, ret_stat, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(ret_stat->st_mode) && ret_stat->st_uid == geteuid();
}

static int open_inside(int folder_fd, const char *name)
{
	return openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

/* As spool_in_use. */
static int ask_spool(int folder_fd, const char *name)
{
	int fd = open_inside(folder_fd, name);
	int r = fd < 0 ? -errno : spool_in_use(fd);

	if (fd >= 0)
		close(fd);
	return r;
}

/* Call step for each name in visit's folder until it answers something other than 0. */
static int each_name(struct visit *visit, int (*step)(struct visit *visit, const char *name))
{
	int fd = openat(visit->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!directory) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	while (r == 0 && (entry = readdir(directory)))
		r = step(visit, entry->d_name);
	closedir(directory);
	return r;
}

/* 1: this spool is in use. */
static int weigh_file(struct visit *visit, const char *name)
{
	struct stat st;

	if (!is_run_file(name) || !look(visit->fd, name, &st))
		return 0;
	if (time_ns(&st.st_mtim) > visit->changed_ns)
		visit->changed_ns = time_ns(&st.st_mtim);
	return is_spool_name(name) && ask_spool(visit->fd, name) > 0;
}

static int remove_file(struct visit *visit, const char *name)
{
	struct stat st;

	if (!is_run_file(name) || !look(visit->fd, name, &st))
		return 0;
	if (!visit->wish->dry_run && unlinkat(visit->fd, name, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	visit->bytes += (uint64_t)st.st_blocks * BLOCK_BYTES;
	return 0;
}

/* Before info is written, only its maker's pid in the name tells a new folder from an old one. */
static bool maker_lives(const char *name)
{
	int pid;

	if (sscanf(name, RUN_FOLDER_PREFIX "%d-", &pid) != 1 || pid <= 0)
		return true;
	return kill(pid, 0) == 0 || errno == EPERM;
}

static void read_command(int info_fd, char ret_command[COMMAND_BYTES])
{
	char text[PATH_MAX + 1024 + RUN_PROGRAMS_MAX * 20];
	ssize_t length = pread(info_fd, text, sizeof(text) - 1, 0);
	char *rest = text, *line;

	text[length > 0 ? length : 0] = 0;
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, "command ", 8) == 0)
			text_clean(line + 8, strlen(line + 8), ret_command, COMMAND_BYTES);
}

/* Takes the lock of a run's folder, so that it is ours until *ret_info_fd is closed. */
static bool run_goes_on(int folder_fd, const char *name, int *ret_info_fd)
{
	struct stat st;

	*ret_info_fd = open_inside(folder_fd, RUN_FOLDER_INFO);
	if (*ret_info_fd < 0)
		return errno != ENOENT || maker_lives(name);
	/* Its maker is about to take the lock, and must find it free. */
	if (fstat(*ret_info_fd, &st) < 0 || (st.st_size == 0 && maker_lives(name)))
		return true;
	return flock(*ret_info_fd, LOCK_EX | LOCK_NB) < 0;
}

static void settle_folder(struct visit *visit, int base_fd, struct leftover *leftover)
{
	int r;

	if (each_name(visit, weigh_file) != 0) {
		leftover->state = LEFTOVER_IN_USE;
		return;
	}
	if (!is_old(visit->wish, visit->changed_ns)) {
		leftover->state = LEFTOVER_YOUNG;
		return;
	}
	r = each_name(visit, remove_file);
	if (r == 0 && !visit->wish->dry_run && unlinkat(base_fd, leftover->name, AT_REMOVEDIR) < 0)
		r = -errno;
	leftover->bytes = visit->bytes;
	leftover->state = r < 0 ? LEFTOVER_FAILED : LEFTOVER_DONE;
	leftover->error = r;
}

static int consider_folder(struct visit *base, const char *name)
{
	char command[COMMAND_BYTES] = "";
	struct leftover leftover = {.name = name, .command = command, .state = LEFTOVER_IN_USE};
	struct visit visit = {.wish = base->wish};
	struct stat st, base_st;
	int info_fd = -1;

	visit.fd = openat(base->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (visit.fd < 0)
		return 0;
	if (fstat(visit.fd, &st) == 0 && fstat(base->fd, &base_st) == 0 && st.st_uid == geteuid() &&
	    st.st_dev == base_st.st_dev) {
		visit.changed_ns = time_ns(&st.st_mtim);
		if (!run_goes_on(visit.fd, name, &info_fd))
			settle_folder(&visit, base->fd, &leftover);
		if (info_fd >= 0)
			read_command(info_fd, command);
		base->wish->tell(base->wish->ctx, &leftover);
	}
	if (info_fd >= 0)
		close(info_fd);
	close(visit.fd);
	return 0;
}

static int consider_spool(struct visit *base, const char *name)
{
	struct leftover leftover = {.name = name, .command = ""};
	struct stat st;
	int r;

	if (!look(base->fd, name, &st))
		return 0;
	r = ask_spool(base->fd, name);
	if (r == -EBADMSG)
		return 0;
	leftover.state = r > 0 ? LEFTOVER_IN_USE : LEFTOVER_DONE;
	if (r == 0 && !is_old(base->wish, time_ns(&st.st_mtim)))
		leftover.state = LEFTOVER_YOUNG;
	if (r == 0 && leftover.state == LEFTOVER_DONE && !base->wish->dry_run &&
	    unlinkat(base->fd, name, 0) < 0)
		r = -errno;
	if (r < 0)
		leftover.state = LEFTOVER_FAILED;
	leftover.error = r < 0 ? r : 0;
	leftover.bytes = leftover.state == LEFTOVER_DONE ? (uint64_t)st.st_blocks * BLOCK_BYTES : 0;
	base->wish->tell(base->wish->ctx, &leftover);
	return 0;
}

static int consider(struct visit *base, const char *name)
{
	if (strncmp(name, RUN_FOLDER_PREFIX, strlen(RUN_FOLDER_PREFIX)) == 0)
		return consider_folder(base, name);
	return is_spool_name(name) ? consider_spool(base, name) : 0;
}

int leftovers_remove(const char *base, const struct leftovers_wish *wish)
{
	struct visit visit = {.wish = wish};
	int r;

	visit.fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (visit.fd < 0)
		return -errno;
	r = each_name(&visit, consider);
	close(visit.fd);
	return r;
}
