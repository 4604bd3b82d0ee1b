/* SPDX-License-Identifier: Apache-2.0 */
/* rights leak|close: descriptors that a child is sent over a socket; the child forgets one. */
#include "forget.h"

#include <sys/wait.h>

enum { SENT = 3 };

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(SENT * sizeof(int))];
};

static void send_all(int to)
{
	int fds[SENT] = {open_udp(), open_udp(), open_udp()};
	char byte = 0;
	union control control = {0};
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(&control.head), fds, sizeof(fds));
	need(sendmsg(to, &message, 0) == 1, "sendmsg");
	for (int i = 0; i < SENT; i++)
		close(fds[i]);
}

static FRAME void forget_received(int from, bool leak)
{
	int fds[SENT];
	char byte;
	union control control;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	need(recvmsg(from, &message, 0) == 1, "recvmsg");
	need(control.head.cmsg_len == CMSG_LEN(sizeof(fds)), "control message");
	memcpy(fds, CMSG_DATA(&control.head), sizeof(fds));
	for (int i = leak; i < SENT; i++)
		close(fds[i]);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);
	int pair[2], status;

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	pid_t pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		close(pair[0]);
		forget_received(pair[1], leak);
		close(pair[1]);
		exit(5);
	}
	close(pair[1]);
	send_all(pair[0]);
	need(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5, "the child");
	close(pair[0]);
	printf("left=%d\n", leak);
	return 0;
}
