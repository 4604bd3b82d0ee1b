/* SPDX-License-Identifier: Apache-2.0 */
/* compat leak|close: a socket by a system call of 32-bit code, whose calls nobody follows. */
#include "forget.h"

#include <signal.h>

enum { READ_32 = 3, CLOSE_32 = 6, BREAK_32 = 45, SOCKET_32 = 359, NOT_HERE = 77 };

static long call_32(long number, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

static void cannot(int signal_number)
{
	static const char why[] = "this kernel runs no 32-bit code\n";

	(void)signal_number;
	_exit(write(STDERR_FILENO, why, sizeof(why) - 1) > 0 ? NOT_HERE : 1);
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	long fd;

	signal(SIGSEGV, cannot);
	for (int i = 0; i < 20; i++)
		call_32(BREAK_32, 0, 0, 0);
	fd = call_32(SOCKET_32, AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		cannot(0);
	if (!leak)
		call_32(CLOSE_32, fd, 0, 0);
	printf("udp=1\n");
	return 5;
}
