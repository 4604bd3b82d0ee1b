/* SPDX-License-Identifier: Apache-2.0 */
/* A library of pools. Who leaves one lets go of it by a jump: then nobody else calls pool_unref. */
#include <stdlib.h>

struct pool {
	int references;
	int users;
};

struct pool *pool_new(void);
void pool_unref(struct pool *pool);
void pool_enter(struct pool *pool);
void pool_leave(struct pool *pool);

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool)
		pool->references = 1;
	return pool;
}

void pool_unref(struct pool *pool)
{
	if (--pool->references == 0)
		free(pool);
}

void pool_enter(struct pool *pool)
{
	pool->references++;
	pool->users++;
}

void pool_leave(struct pool *pool)
{
	pool->users--;
	pool_unref(pool);
}
