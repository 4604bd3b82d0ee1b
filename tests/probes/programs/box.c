/* SPDX-License-Identifier: Apache-2.0 */
/* A library that is loaded late. Its free frees last, by a jump. */
#include <stdlib.h>

typedef void opened_fn(void *box, void *user);

void *box_new(void);
void box_free(void *box);
int box_wait(opened_fn *opened, void *user);
void box_open(void *box);

static opened_fn *waiting;
static void *waiting_user;

void *box_new(void)
{
	int *box = calloc(4, sizeof(*box));

	if (box)
		box[1] = 1;
	return box;
}

void box_free(void *box)
{
	free(box);
}

int box_wait(opened_fn *opened, void *user)
{
	if (!user)
		return -1;
	waiting = opened;
	waiting_user = user;
	return 0;
}

void box_open(void *box)
{
	if (waiting)
		waiting(box, waiting_user);
	waiting = NULL;
}
