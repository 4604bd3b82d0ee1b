/* SPDX-License-Identifier: Apache-2.0 */
#include "name.h"
#include "spool.h"

#include <sys/socket.h>
#include <sys/syscall.h>

static uint32_t hash_bytes(const unsigned char *bytes, size_t size)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash ? hash : 1;
}

static void record_address(struct writer *writer, int fd, enum track_call call,
			   enum track_name_role role, long number)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	if (sys3(number, fd, (long)&address, (long)&size) || size > sizeof(address) ||
	    size < sizeof(address.ss_family))
		return;
	uint32_t hash = hash_bytes((const void *)&address, size);
	struct track_fd_usage *usage = spool_usage(fd, false);
	if (usage && usage->name_hash[role] == hash)
		return;
	if (usage)
		usage->name_hash[role] = hash;
	writer_emit_data(writer, TRACK_OP_NAME, TRACK_KIND_FD, call, (uint64_t)fd, 0,
			 TRACK_NAME_ARG(role, size), &address, size);
}

void name_socket(int fd, enum track_call call)
{
	struct writer *writer = writer_get();
	if (!writer || writers_confined())
		return;
	record_address(writer, fd, call, TRACK_NAME_LOCAL, SYS_getsockname);
	record_address(writer, fd, call, TRACK_NAME_REMOTE, SYS_getpeername);
}
