/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw leak|close: sockets and files by system calls of its own, which pass no function of libc, and
 * as many sockets by libc's. Forgets one of each sort. Prints how many UDP sockets it had.
 */
#include "forget.h"

#include <fcntl.h>
#include <sys/syscall.h>

enum { PAIRS = 50 };

/* No function, since then that would be who opened it. */
#define CALL(number, a, b, c)                                                                      \
	({                                                                                         \
		long ret_;                                                                         \
		__asm__ volatile("syscall"                                                         \
				 : "=a"(ret_)                                                      \
				 : "a"((long)(number)), "D"((long)(a)), "S"((long)(b)),            \
				   "d"((long)(c))                                                  \
				 : "rcx", "r11", "memory");                                        \
		(int)ret_;                                                                         \
	})
#define RAW_SOCKET() CALL(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)

static FRAME void forget_raw(bool leak)
{
	int fd = RAW_SOCKET();

	if (!leak)
		CALL(SYS_close, fd, 0, 0);
	STAY();
}

static FRAME void forget_duplicate(bool leak)
{
	int fd = RAW_SOCKET();
	int other = CALL(SYS_dup, fd, 0, 0);

	CALL(SYS_close, fd, 0, 0);
	if (!leak)
		CALL(SYS_close_range, other, other, 0);
	STAY();
}

static FRAME void forget_called(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	for (int i = 0; i < PAIRS; i++) {
		CALL(SYS_close, RAW_SOCKET(), 0, 0);
		CALL(SYS_close, CALL(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY), 0, 0);
	}
	open_and_close(PAIRS);
	forget_called(leak);
	forget_raw(leak);
	forget_duplicate(leak);
	printf("left=%d udp=%d\n", leak ? 3 : 0, 2 * PAIRS + 4);
	return 0;
}
