/* SPDX-License-Identifier: Apache-2.0 */
#include "manner.h"
#include "fd.h"
#include "spool.h"
#include "standing.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

uint8_t manners[MANNERS];

static bool is_always_ready(int fd)
{
	struct stat st;
	if (sys3(SYS_fstat, fd, (long)&st, 0))
		return true;
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode);
}

static bool has_timeout(int fd)
{
	struct timeval limit = {0};
	socklen_t size = sizeof(limit);
	return !sys6(SYS_getsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, (long)&limit, (long)&size, 0) &&
	       (limit.tv_sec || limit.tv_usec);
}

static enum manner asked(int fd, enum track_fd_class fd_class)
{
	if (writers_confined())
		return MANNER_WAITS;
	bool is_socket = fd_class_is_socket(fd_class);
	if (!is_socket && is_always_ready(fd))
		return MANNER_AT_ONCE;
	long flags = sys3(SYS_fcntl, fd, F_GETFL, 0);
	if (flags < 0 || flags & O_NONBLOCK)
		return MANNER_AT_ONCE;
	return is_socket && has_timeout(fd) ? MANNER_TIMED : MANNER_WAITS;
}

/* Of a number whose end would not be seen, nothing is remembered; nor in a vfork child. */
enum manner manner_ask(int fd)
{
	const struct track_fd_usage *usage = standing_writer() ? spool_usage(fd, false) : NULL;
	if (!usage || !__atomic_load_n(&usage->open, __ATOMIC_ACQUIRE))
		return MANNER_AT_ONCE;
	enum manner manner = asked(fd, (enum track_fd_class)usage->fd_class);
	__atomic_store_n(&manners[fd], (uint8_t)manner, __ATOMIC_RELAXED);
	return manner;
}

void manner_flags_set(int fd, bool at_once)
{
	manner_forget(fd);
	/* One that is taken to wait asks again when it is denied; the others do not. */
	int end = at_once ? 0 : spool_usage_end();
	for (int each = 0; each < end && each < MANNERS; each++)
		if (__atomic_load_n(&manners[each], __ATOMIC_RELAXED) == MANNER_AT_ONCE)
			manner_forget(each);
}

void manner_denied(int fd)
{
	if ((unsigned)fd < MANNERS)
		__atomic_store_n(&manners[fd], writers_confined() ? MANNER_AT_ONCE : MANNER_UNKNOWN,
				 __ATOMIC_RELAXED);
}
