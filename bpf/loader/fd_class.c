/* SPDX-License-Identifier: Apache-2.0 */
#include "fd_class.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <track/socket_class.h>

#define MAGIC_MQUEUE 0x19800202u
#define MAGIC_PIDFS 0x50494446u
#define MAGIC_SECRETMEM 0x5345434du
#define MAJOR_SHIFT 20

/* What the kernel, and /proc behind a prefix, calls what has no file. */
static const struct {
	const char *name;
	enum track_fd_class fd_class;
} names[] = {
	{"[eventfd", TRACK_FD_CLASS_EVENTFD},	     {"[timerfd]", TRACK_FD_CLASS_TIMERFD},
	{"[signalfd]", TRACK_FD_CLASS_SIGNALFD},     {"[eventpoll]", TRACK_FD_CLASS_EPOLL},
	{"inotify", TRACK_FD_CLASS_INOTIFY},	     {"[pidfd]", TRACK_FD_CLASS_PIDFD},
	{"[io_uring]", TRACK_FD_CLASS_IO_URING},     {"[fanotify]", TRACK_FD_CLASS_FANOTIFY},
	{"[perf_event]", TRACK_FD_CLASS_PERF_EVENT}, {"bpf", TRACK_FD_CLASS_BPF},
	{"[fscontext]", TRACK_FD_CLASS_MOUNT},	     {"[userfaultfd]", TRACK_FD_CLASS_USERFAULTFD},
};

static enum track_fd_class class_of_name(const char *name, enum track_fd_class otherwise)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(name, names[i].name, strlen(names[i].name)))
			return names[i].fd_class;
	return otherwise;
}

enum track_fd_class fd_class_of_link(const char *link, enum track_fd_class otherwise)
{
	static const char prefix[] = "anon_inode:", memory[] = "/memfd:";
	if (!strncmp(link, memory, sizeof(memory) - 1))
		return TRACK_FD_CLASS_MEMFD;
	if (strncmp(link, prefix, sizeof(prefix) - 1) != 0)
		return otherwise;
	return class_of_name(link + sizeof(prefix) - 1, otherwise);
}

/* Majors that the kernel gives to terminals (Documentation/admin-guide/devices.txt). */
bool fd_class_is_terminal(uint32_t major)
{
	return (major >= 2 && major <= 5) || (major >= 136 && major <= 143) || major == 166 ||
	       major == 188 || major == 204 || major == 229;
}

static enum track_fd_class class_of_regular(const struct probe_file *file,
					    enum track_fd_class otherwise)
{
	switch (file->magic) {
	case ANON_INODE_FS_MAGIC:
		return class_of_name(file->name, otherwise);
	case MAGIC_PIDFS:
		return TRACK_FD_CLASS_PIDFD;
	case MAGIC_MQUEUE:
		return TRACK_FD_CLASS_MQUEUE;
	case MAGIC_SECRETMEM:
		return TRACK_FD_CLASS_SECRETMEM;
	default:
		return strncmp(file->name, "memfd:", 6) ? otherwise : TRACK_FD_CLASS_MEMFD;
	}
}

static enum track_fd_class class_of_mode(const struct probe_file *file)
{
	switch (file->mode & S_IFMT) {
	case S_IFSOCK:
		return track_socket_class(file->family, file->type, file->protocol);
	case S_IFIFO:
		return TRACK_FD_CLASS_PIPE;
	case S_IFDIR:
		return TRACK_FD_CLASS_DIRECTORY;
	case S_IFCHR:
		return fd_class_is_terminal(file->rdev >> MAJOR_SHIFT) ? TRACK_FD_CLASS_TERMINAL
								       : TRACK_FD_CLASS_DEVICE;
	case S_IFBLK:
		return TRACK_FD_CLASS_DEVICE;
	case S_IFREG:
		return class_of_regular(file, TRACK_FD_CLASS_FILE);
	default:
		return class_of_regular(file, TRACK_FD_CLASS_OTHER);
	}
}

/* Message queues and mounts look like files. */
enum track_fd_class fd_class_of(const struct probe_file *file, uint16_t nr)
{
	switch (nr) {
	case SYS_mq_open:
		return TRACK_FD_CLASS_MQUEUE;
	case SYS_memfd_secret:
		return TRACK_FD_CLASS_SECRETMEM;
	case SYS_fsopen:
	case SYS_fspick:
	case SYS_fsmount:
	case SYS_open_tree:
		return TRACK_FD_CLASS_MOUNT;
	case SYS_memfd_create:
		return TRACK_FD_CLASS_MEMFD;
	default:
		return class_of_mode(file);
	}
}
