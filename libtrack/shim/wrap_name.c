/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that give sockets their addresses. */
#include "block.h"
#include "fd.h"
#include "name.h"
#include "real.h"

#include <errno.h>
#include <sys/socket.h>

SHIM_EXPORT int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	int ret = REAL(bind)(fd, address, size);
	if (!ret)
		name_socket(fd, TRACK_CALL_bind);
	else
		fd_misused(fd, TRACK_CALL_bind);
	return ret;
}

/* The time-out of who receives is not this call's. */
BLOCK(int, connect,
      ((struct standing_wait){
	      .wait = TRACK_WAIT_DESCRIPTOR, .call = TRACK_CALL_connect, .subject = (uint64_t)fd}),
      (int fd, const struct sockaddr *address, socklen_t size), (fd, address, size))

SHIM_EXPORT int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int ret = BLOCK_IF(block_may_wait(fd, 0), connect, (fd, address, size));
	if (!ret || errno == EINPROGRESS)
		name_socket(fd, TRACK_CALL_connect);
	else
		fd_misused(fd, TRACK_CALL_connect);
	return ret;
}

SHIM_EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	int ret = REAL(getsockname)(fd, address, size);
	if (!ret)
		name_socket(fd, TRACK_CALL_getsockname);
	else
		fd_misused(fd, TRACK_CALL_getsockname);
	return ret;
}
