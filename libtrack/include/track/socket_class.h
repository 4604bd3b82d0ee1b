/* SPDX-License-Identifier: Apache-2.0 */
/* What a socket is to both engines. */
#ifndef TRACK_SOCKET_CLASS_H
#define TRACK_SOCKET_CLASS_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <track/wire.h>

/* As socket() is given them; the type may have its flags in it. */
static inline enum track_fd_class track_socket_class(int domain, int type, int protocol)
{
	int kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (domain == AF_UNIX)
		return TRACK_FD_CLASS_UNIX;
	if (domain == AF_NETLINK)
		return TRACK_FD_CLASS_NETLINK;
	if (domain == AF_PACKET)
		return TRACK_FD_CLASS_PACKET;
	if (domain != AF_INET && domain != AF_INET6)
		return TRACK_FD_CLASS_SOCKET;
	if (kind == SOCK_RAW)
		return TRACK_FD_CLASS_RAW;
	if (protocol == IPPROTO_SCTP)
		return TRACK_FD_CLASS_SCTP;
	if (kind == SOCK_DGRAM)
		return TRACK_FD_CLASS_UDP;
	return kind == SOCK_STREAM ? TRACK_FD_CLASS_TCP : TRACK_FD_CLASS_SOCKET;
}

#endif
