/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of the calls that send and receive: the real call, then a count. The
 * table of plain ones holds name, direction, parameters and arguments.
 */
#include "fd.h"
#include "real.h"
#include "stack.h"
#include "traffic.h"

#include <sys/uio.h>
#include <unistd.h>

/* The fortified names, which no public header declares. */
ssize_t __recv_chk(int fd, void *data, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags,
		       struct sockaddr *address, socklen_t *address_size);
ssize_t __read_chk(int fd, void *data, size_t size, size_t room);

#define PLAIN(direction, name, parameters, arguments)                                              \
	SHIM_EXPORT ssize_t name parameters                                                        \
	{                                                                                          \
		ssize_t bytes = REAL(name) arguments;                                              \
		if (unlikely(bytes < 0))                                                           \
			fd_misused(fd, TRACK_CALL_##name);                                         \
		traffic_##direction(fd, 1, bytes);                                                 \
		return bytes;                                                                      \
	}

/* clang-format off */
PLAIN(out, send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
PLAIN(out, sendto, (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t to_size),
      (fd, data, size, flags, to, to_size))
PLAIN(out, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
PLAIN(out, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
PLAIN(in, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags))
PLAIN(in, recvfrom, (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *from_size),
      (fd, data, size, flags, from, from_size))
PLAIN(in, readv, (int fd, const struct iovec *parts, int count), (fd, parts, count))
PLAIN(in, __recv_chk, (int fd, void *data, size_t size, size_t room, int flags), (fd, data, size, room, flags))
PLAIN(in, __recvfrom_chk, (int fd, void *data, size_t size, size_t room, int flags, struct sockaddr *from, socklen_t *from_size),
      (fd, data, size, room, flags, from, from_size))
PLAIN(in, __read_chk, (int fd, void *data, size_t size, size_t room), (fd, data, size, room))
/* clang-format on */

SHIM_EXPORT ssize_t write(int fd, const void *data, size_t size)
{
	if (STACK_IS_PROBED(fd))
		return stack_probe_write(data);
	ssize_t bytes = REAL(write)(fd, data, size);
	if (unlikely(bytes < 0))
		fd_misused(fd, TRACK_CALL_write);
	traffic_out(fd, 1, bytes);
	return bytes;
}

SHIM_EXPORT ssize_t read(int fd, void *data, size_t size)
{
	if (STACK_IS_PROBED(fd))
		return stack_probe_read();
	ssize_t bytes = REAL(read)(fd, data, size);
	if (unlikely(bytes < 0))
		fd_misused(fd, TRACK_CALL_read);
	traffic_in(fd, 1, bytes);
	return bytes;
}

SHIM_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t bytes = REAL(recvmsg)(fd, message, flags);
	if (unlikely(bytes < 0))
		fd_misused(fd, TRACK_CALL_recvmsg);
	else if (message->msg_controllen)
		fd_received(message, TRACK_CALL_recvmsg);
	traffic_in(fd, 1, bytes);
	return bytes;
}

SHIM_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	int sent = REAL(sendmmsg)(fd, messages, count, flags);
	if (unlikely(sent < 0))
		fd_misused(fd, TRACK_CALL_sendmmsg);
	traffic_out(fd, sent, traffic_sum(messages, sent));
	return sent;
}

SHIM_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags,
			 struct timespec *timeout)
{
	int received = REAL(recvmmsg)(fd, messages, count, flags, timeout);
	if (unlikely(received < 0))
		fd_misused(fd, TRACK_CALL_recvmmsg);
	for (int i = 0; i < received; i++)
		fd_received(&messages[i].msg_hdr, TRACK_CALL_recvmmsg);
	traffic_in(fd, received, traffic_sum(messages, received));
	return received;
}
