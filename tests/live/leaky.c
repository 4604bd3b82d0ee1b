/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves descriptors open: leaky UDP TCP PIPES [CODE]. Those of each sort are opened by a function
 * of its own. */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define APART __attribute__((noinline, noclone))

static APART int open_media(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static APART int open_signalling(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static APART int open_wakeup(void)
{
	int ends[2];

	if (pipe(ends) < 0)
		return -1;
	close(ends[0]);
	return ends[1];
}

static void repeat(int (*open_one)(void), const char *count)
{
	for (int i = atoi(count); i > 0; i--)
		if (open_one() < 0)
			exit(9);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 8;
	repeat(open_media, argv[1]);
	repeat(open_signalling, argv[2]);
	repeat(open_wakeup, argv[3]);
	return argc > 4 ? atoi(argv[4]) : 0;
}
