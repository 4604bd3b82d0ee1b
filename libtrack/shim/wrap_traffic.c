/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrappers of the calls that send and receive: the real call, then a count. The
 * tables of plain ones hold name, flags of who receives, parameters and arguments.
 */
#include "block.h"
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

#define SENDS(name, parameters, arguments)                                                         \
	SHIM_EXPORT ssize_t name parameters                                                        \
	{                                                                                          \
		ssize_t bytes = REAL(name) arguments;                                              \
		if (unlikely(bytes < 0))                                                           \
			fd_misused(fd, TRACK_CALL_##name);                                         \
		traffic_out(fd, 1, bytes);                                                         \
		return bytes;                                                                      \
	}

#define WAITS(type, name, parameters, arguments)                                                   \
	BLOCK(type, name, block_descriptor(fd, TRACK_CALL_##name), parameters, arguments)

#define RECEIVES(name, flags, parameters, arguments)                                               \
	WAITS(ssize_t, name, parameters, arguments)                                                \
	SHIM_EXPORT ssize_t name parameters                                                        \
	{                                                                                          \
		ssize_t bytes = BLOCK_IF(block_may_wait(fd, flags), name, arguments);              \
		if (unlikely(bytes < 0))                                                           \
			fd_misused(fd, TRACK_CALL_##name);                                         \
		traffic_in(fd, 1, bytes);                                                          \
		return bytes;                                                                      \
	}

/* clang-format off */
SENDS(send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
SENDS(sendto, (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t to_size),
      (fd, data, size, flags, to, to_size))
SENDS(sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
SENDS(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
RECEIVES(recv, flags, (int fd, void *data, size_t size, int flags), (fd, data, size, flags))
RECEIVES(recvfrom, flags, (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *from_size),
      (fd, data, size, flags, from, from_size))
RECEIVES(readv, 0, (int fd, const struct iovec *parts, int count), (fd, parts, count))
RECEIVES(__recv_chk, flags, (int fd, void *data, size_t size, size_t room, int flags), (fd, data, size, room, flags))
RECEIVES(__recvfrom_chk, flags, (int fd, void *data, size_t size, size_t room, int flags, struct sockaddr *from, socklen_t *from_size),
      (fd, data, size, room, flags, from, from_size))
RECEIVES(__read_chk, 0, (int fd, void *data, size_t size, size_t room), (fd, data, size, room))

WAITS(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WAITS(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WAITS(int, recvmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),
      (fd, messages, count, flags, timeout))
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
	ssize_t bytes = BLOCK_IF(block_may_wait(fd, 0), read, (fd, data, size));
	if (unlikely(bytes < 0))
		fd_misused(fd, TRACK_CALL_read);
	traffic_in(fd, 1, bytes);
	return bytes;
}

SHIM_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t bytes = BLOCK_IF(block_may_wait(fd, flags), recvmsg, (fd, message, flags));
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
	int received = BLOCK_IF(block_may_wait(fd, flags), recvmmsg,
				(fd, messages, count, flags, timeout));
	if (unlikely(received < 0))
		fd_misused(fd, TRACK_CALL_recvmmsg);
	for (int i = 0; i < received; i++)
		fd_received(&messages[i].msg_hdr, TRACK_CALL_recvmmsg);
	traffic_in(fd, received, traffic_sum(messages, received));
	return received;
}
