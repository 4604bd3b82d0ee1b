/* SPDX-License-Identifier: Apache-2.0 */
#include "census.h"
#include "fd.h"
#include "name.h"
#include "spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define PROBE_UP_TO 65536 /* numbers to try where /proc cannot be opened (chroot, EMFILE) */

struct dirent64_raw {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* A folder of /proc/self that names numbers; false if it cannot be read. */
static bool each_number(const char *path, void (*visit)(struct writer *, int),
			struct writer *writer)
{
	static char buffer[4096]
		__attribute__((aligned(8))); /* at the start, and once at the end */
	long folder = sys3(SYS_open, (long)path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (folder < 0)
		return false;
	long size;
	while ((size = sys3(SYS_getdents64, folder, (long)buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct dirent64_raw *entry = (const void *)(buffer + at);
			at += entry->size;
			if (entry->name[0] < '0' || entry->name[0] > '9')
				continue;
			int number = 0;
			for (const char *c = entry->name; *c >= '0' && *c <= '9'; c++)
				number = number * 10 + (*c - '0');
			if (number != folder)
				visit(writer, number);
		}
	}
	sys3(SYS_close, folder, 0, 0);
	return size == 0;
}

/* Ask for each number that the limit allows. False if it allows more than we try. */
static bool each_open_number(void (*visit)(struct writer *, int), struct writer *writer)
{
	struct rlimit limit = {0};
	sys4(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit);
	rlim_t end = (rlim_t)spool_usage_end(); /* what was opened before a limit was lowered */
	end = end > limit.rlim_cur ? end : limit.rlim_cur;
	for (int fd = 0; fd < PROBE_UP_TO && (rlim_t)fd < end; fd++)
		if (sys3(SYS_fcntl, fd, F_GETFD, 0) >= 0)
			visit(writer, fd);
	return end <= PROBE_UP_TO;
}

static bool each_descriptor(void (*visit)(struct writer *, int), struct writer *writer)
{
	return each_number("/proc/self/fd", visit, writer) || each_open_number(visit, writer);
}

static void record_inherited(struct writer *writer, int fd)
{
	enum track_fd_class fd_class = fd_classify(fd);
	fd_remember(fd, fd_class);
	writer_emit(writer, TRACK_OP_CREATE, TRACK_KIND_FD, TRACK_CALL_none, (uint64_t)fd, 0,
		    TRACK_FD_ARG(fd_class, TRACK_FD_INHERITED, -1));
}

void census_inherited(struct writer *writer)
{
	each_descriptor(record_inherited, writer);
}

static void record_open(struct writer *writer, int fd)
{
	enum track_fd_class fd_class = fd_classify(fd);
	if (fd_class_is_socket(fd_class))
		name_socket(fd, TRACK_CALL_none);
	writer_emit(writer, TRACK_META_CENSUS, TRACK_KIND_FD, TRACK_CALL_none, (uint64_t)fd, 0,
		    TRACK_FD_ARG(fd_class, 0, -1));
}

static void record_task(struct writer *writer, int tid)
{
	writer_emit(writer, TRACK_META_CENSUS, TRACK_KIND_THREAD, TRACK_CALL_none, (uint64_t)tid, 0,
		    0);
}

static void record_end(struct writer *writer, enum track_kind kind)
{
	writer_emit(writer, TRACK_META_CENSUS_END, kind, TRACK_CALL_none, 0, 0, 0);
}

void census_take(struct writer *writer)
{
	if (each_descriptor(record_open, writer))
		record_end(writer, TRACK_KIND_FD);
	if (each_number("/proc/self/task", record_task, writer))
		record_end(writer, TRACK_KIND_THREAD);
}
