/* SPDX-License-Identifier: Apache-2.0 */
/* A look at a descriptor of another process, from outside. */
#ifndef LOADER_FD_LOOK_H
#define LOADER_FD_LOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <track/wire.h>

struct fd_look {
	enum track_fd_class fd_class;
	uint64_t inode; /* of a socket; 0: not known */
	/* By enum track_name_role, of a socket: bytes 0 where it has none. */
	struct {
		socklen_t bytes;
		struct sockaddr_storage at;
	} addresses[2];
};

/* pid_fd: of the process, or -1: then of a socket less is known. -errno: it is not open. */
int fd_look_take(int32_t pid, int pid_fd, uint32_t fd, struct fd_look *ret_look);
/* For fd_look_take; the caller closes it. -1: there is none. */
int fd_look_begin(int32_t pid);
/* Whether to wait for something to come on it ends by itself: it has a time-out, or is a timer. */
bool fd_look_ends(int pid_fd, int32_t pid, uint32_t fd);

#endif
