/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first: children made in every way, with and without fork handlers; the first
 * thing that each does is one call that a recorder may wrap, and it must work.
 */
#include "account.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int pair[2], udp, file;

static pid_t by_raw_clone(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t by_namespace(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER | CLONE_NEWPID, 0, 0, 0, 0);
}

static jmp_buf back;

static int jump_back(void *arg)
{
	(void)arg;
	longjmp(back, 1);
}

/* As Chromium does: clone(), and out of the child's function by longjmp. */
static pid_t by_longjmp(void)
{
	char stack[16384] __attribute__((aligned(16)));
	if (setjmp(back))
		return 0;
	return clone(jump_back, stack + sizeof(stack), SIGCHLD, NULL);
}

static const struct {
	const char *name;
	pid_t (*fork)(void);
} ways[] = {
	{"fork", fork},
	{"_Fork", _Fork},
	{"raw clone", by_raw_clone},
	{"clone and longjmp", by_longjmp},
	{"clone into namespaces", by_namespace},
};

static void *idle(void *arg)
{
	return arg;
}

static bool does_socket(void)
{
	int fd = account_open();
	if (fd >= 0)
		account_close(fd);
	return fd >= 0;
}

static bool does_close(void)
{
	return !close(udp);
}

static bool does_range(void)
{
	return !close_range(3, 1000, 0);
}

static bool does_dup(void)
{
	return dup(file) >= 0;
}

static bool does_dup2(void)
{
	return dup2(file, 0) == 0 && dup2(file, pair[1]) == pair[1];
}

static bool does_fcntl(void)
{
	return fcntl(file, F_DUPFD, 500) == 500;
}

static bool does_write(void)
{
	return write(pair[0], "x", 1) == 1;
}

static bool does_send(void)
{
	return send(pair[0], "x", 1, 0) == 1;
}

static bool does_read(void)
{
	char text[2];
	return recv(pair[0], text, 2, MSG_DONTWAIT) < 0 && read(file, text, 1) == 0;
}

static bool does_connect(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				      .sin_port = htons(9)};
	return !connect(udp, (void *)&address, sizeof(address));
}

static bool does_thread(void)
{
	pthread_t thread;
	return !pthread_create(&thread, NULL, idle, NULL) && !pthread_join(thread, NULL);
}

static bool does_syscall(void)
{
	return !syscall(SYS_close, udp);
}

static const struct {
	const char *name;
	bool (*works)(void);
} calls[] = {
	{"socket", does_socket},   {"close", does_close},    {"close_range", does_range},
	{"dup", does_dup},	   {"dup2", does_dup2},	     {"fcntl", does_fcntl},
	{"write", does_write},	   {"send", does_send},	     {"read", does_read},
	{"connect", does_connect}, {"pthread", does_thread}, {"syscall", does_syscall},
};

static void try(size_t way, size_t call)
{
	int status = -1;
	pid_t pid = ways[way].fork();
	if (!pid)
		_exit(!calls[call].works());
	if (pid > 0)
		account_check(waitpid(pid, &status, 0) == pid, "no child");
	printf("%s, %s: %d\n", ways[way].name, calls[call].name, pid > 0 ? status : -1);
}

int main(void)
{
	file = open("/dev/null", O_RDWR);
	udp = account_open();
	account_check(file >= 0 && udp >= 0 && !socketpair(AF_UNIX, SOCK_STREAM, 0, pair),
		      "no descriptors");
	setvbuf(stdout, NULL, _IONBF, 0);
	for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++)
		for (size_t call = 0; call < sizeof(calls) / sizeof(*calls); call++)
			try(way, call);
	account_print();
	return 0;
}
