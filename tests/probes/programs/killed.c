/* SPDX-License-Identifier: Apache-2.0 */
/* killed leak|close: forgets a socket and ends by SIGKILL, with nobody to take a last look. */
#include "forget.h"

#include <signal.h>

static FRAME void forget_killed(bool leak)
{
	int fd = OPEN_UDP();

	if (!leak)
		close(fd);
	STAY();
}

int main(int argc, char **argv)
{
	bool leak = wants_leak(argc, argv);

	open_and_close(20);
	forget_killed(leak);
	printf("left=%d\n", leak);
	fflush(stdout);
	kill(getpid(), SIGKILL);
	return 0;
}
