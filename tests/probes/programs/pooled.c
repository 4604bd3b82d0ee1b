/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pooled leak|close: three pools, each entered and left, and then let go of. In the form `leak` two
 * of them are not.
 */
#include <string.h>

#define FRAME __attribute__((noinline))

struct pool;
struct pool *pool_new(void);
void pool_unref(struct pool *pool);
void pool_enter(struct pool *pool);
void pool_leave(struct pool *pool);

static FRAME struct pool *make_pool(void)
{
	struct pool *pool = pool_new();

	__asm__ volatile("");
	return pool;
}

/* What is called here has one and the same address to return to. */
static FRAME void call(void (*function)(struct pool *pool), struct pool *pool)
{
	function(pool);
	__asm__ volatile("");
}

int main(int argc, char **argv)
{
	int first = argc == 2 && strcmp(argv[1], "leak") == 0 ? 2 : 0;
	struct pool *pools[3];

	for (int i = 0; i < 3; i++) {
		pools[i] = make_pool();
		call(pool_enter, pools[i]);
		call(pool_leave, pools[i]);
	}
	for (int i = first; i < 3; i++)
		call(pool_unref, pools[i]);
	return 0;
}
