/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of the calls that give sockets their addresses. */
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

SHIM_EXPORT int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	int ret = REAL(connect)(fd, address, size);
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
