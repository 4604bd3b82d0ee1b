/* SPDX-License-Identifier: Apache-2.0 */
#include "fd_look.h"
#include "fd_class.h"
#include "process_files.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <track/socket_class.h>
#include <unistd.h>

int fd_look_begin(int32_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int socket_option(int fd, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);
	(void)getsockopt(fd, SOL_SOCKET, option, &value, &size);
	return value;
}

/*
 * The socket itself is asked, by a descriptor of ours that is closed again at once. A file would
 * lose the locks that we have on it: so of sockets only.
 */
static void ask_socket(int pid_fd, uint32_t fd, struct fd_look *look)
{
	struct stat st;
	int copy = pid_fd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pid_fd, fd, 0);
	look->fd_class = TRACK_FD_CLASS_SOCKET;
	if (copy < 0)
		return;
	look->fd_class =
		track_socket_class(socket_option(copy, SO_DOMAIN), socket_option(copy, SO_TYPE),
				   socket_option(copy, SO_PROTOCOL));
	for (int role = TRACK_NAME_LOCAL; role <= TRACK_NAME_REMOTE; role++) {
		socklen_t size = sizeof(look->addresses[role].at);
		struct sockaddr *address = (struct sockaddr *)&look->addresses[role].at;
		int ret = role == TRACK_NAME_LOCAL ? getsockname(copy, address, &size)
						   : getpeername(copy, address, &size);
		if (!ret && size <= sizeof(look->addresses[role].at))
			look->addresses[role].bytes = size;
	}
	if (!fstat(copy, &st))
		look->inode = st.st_ino;
	close(copy);
}

static enum track_fd_class class_of_link(int32_t pid, const char *name,
					 enum track_fd_class otherwise)
{
	char link[PATH_MAX];
	return process_read_link(pid, name, link, sizeof(link)) < 0
		       ? otherwise
		       : fd_class_of_link(link, otherwise);
}

bool fd_look_ends(int pid_fd, int32_t pid, uint32_t fd)
{
	struct timeval most = {0};
	socklen_t size = sizeof(most);
	char name[32];
	int ours = pid_fd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pid_fd, fd, 0);
	bool ends = ours >= 0 && !getsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &most, &size) &&
		    (most.tv_sec || most.tv_usec);
	if (ours >= 0)
		close(ours);
	snprintf(name, sizeof(name), "fd/%" PRIu32, fd);
	return ends || class_of_link(pid, name, TRACK_FD_CLASS_OTHER) == TRACK_FD_CLASS_TIMERFD;
}

int fd_look_take(int32_t pid, int pid_fd, uint32_t fd, struct fd_look *ret_look)
{
	char name[32], path[64];
	struct stat st;
	snprintf(name, sizeof(name), "fd/%" PRIu32, fd);
	snprintf(path, sizeof(path), "/proc/%" PRId32 "/%s", pid, name);
	if (stat(path, &st))
		return -errno;
	*ret_look = (struct fd_look){.fd_class = TRACK_FD_CLASS_OTHER};
	switch (st.st_mode & S_IFMT) {
	case S_IFSOCK:
		ask_socket(pid_fd, fd, ret_look);
		break;
	case S_IFIFO:
		ret_look->fd_class = TRACK_FD_CLASS_PIPE;
		break;
	case S_IFDIR:
		ret_look->fd_class = TRACK_FD_CLASS_DIRECTORY;
		break;
	case S_IFCHR:
		ret_look->fd_class = fd_class_is_terminal(major(st.st_rdev))
					     ? TRACK_FD_CLASS_TERMINAL
					     : TRACK_FD_CLASS_DEVICE;
		break;
	case S_IFBLK:
		ret_look->fd_class = TRACK_FD_CLASS_DEVICE;
		break;
	case S_IFREG:
		ret_look->fd_class = class_of_link(pid, name, TRACK_FD_CLASS_FILE);
		break;
	default:
		ret_look->fd_class = class_of_link(pid, name, TRACK_FD_CLASS_OTHER);
	}
	return 0;
}
