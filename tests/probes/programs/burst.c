/* SPDX-License-Identifier: Apache-2.0 */
/*
 * burst COUNT: prints a word and waits for a line; then tells of so many objects that are created
 * and destroyed, as fast as it can, and ends. No address twice, as in rate.c. Prints how many
 * events it told.
 */
#include "forget.h"

#include <stdint.h>
#include <track/track.h>

enum { APART = 64 };

static uintptr_t next = (uintptr_t)1 << 40; /* never looked at */
static uint64_t events;

static FRAME void tell_one(void)
{
	void *object = (void *)(next += APART);

	track_object_create(object, "Object");
	track_object_destroy(object);
	events += 2;
	STAY();
}

static void wait_for_line(void)
{
	char letter = 0;

	while (letter != '\n')
		need(read(STDIN_FILENO, &letter, 1) == 1, "a line");
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;

	need(count > 0, "usage: burst COUNT");
	puts("ready");
	fflush(stdout);
	wait_for_line();
	for (int i = 0; i < count; i++)
		tell_one();
	printf("events=%llu\n", (unsigned long long)events);
	return 0;
}
