/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <unistd.h>

struct usage_walk {
	usage_visit visit;
	void *ctx;
};

static int visit_block(void *ctx, const void *entries, size_t count, uint64_t first)
{
	const struct usage_walk *walk = ctx;
	const struct track_fd_usage *block = entries;
	for (size_t i = 0; i < count; i++) {
		if (block[i].open != 1 ||
		    (!block[i].traffic.out_count && !block[i].traffic.in_count))
			continue;
		int ret = walk->visit(walk->ctx, (uint32_t)(first + i), &block[i].traffic);
		if (ret)
			return ret;
	}
	return 0;
}

int usage_walk(const struct spool *spool, usage_visit visit, void *ctx)
{
	struct usage_walk walk = {visit, ctx};
	int fd = spool_reopen(spool);
	if (fd < 0)
		return 0;
	int ret = table_walk(fd, &spool->tables[SPOOL_USAGE], visit_block, &walk);
	close(fd);
	return ret;
}
