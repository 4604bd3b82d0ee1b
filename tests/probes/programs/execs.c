/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execs leak|close: executes itself with one socket that the exec closes and one that it hands on.
 * The second image closes what it was handed, and forgets one of its own.
 */
#include "forget.h"

static FRAME void forget_in_second(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

static FRAME void first_image(char **argv)
{
	char number[16];
	int handed = socket(AF_INET, SOCK_DGRAM, 0);

	need(handed >= 0 && open_udp() >= 0, "socket"); /* the second goes with the exec */
	snprintf(number, sizeof(number), "%d", handed);
	execl("/proc/self/exe", argv[0], argv[1], number, (char *)NULL);
	need(false, "exec");
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	if (argc == 2)
		first_image(argv);
	need(!close(atoi(argv[2])), "what was handed on");
	forget_in_second(leak);
	printf("left=%d\n", leak);
	return 0;
}
