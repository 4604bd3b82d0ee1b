/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <errno.h>
#include <unistd.h>

#define BLOCK_ENTRIES 64u

static int visit_block(const struct track_fd_usage *block, size_t count, uint64_t first,
		       usage_visit visit, void *ctx)
{
	for (size_t i = 0; i < count; i++) {
		if (block[i].open != 1 ||
		    (!block[i].traffic.out_count && !block[i].traffic.in_count))
			continue;
		int ret = visit(ctx, (uint32_t)(first + i), &block[i].traffic);
		if (ret)
			return ret;
	}
	return 0;
}

/* The first place from entry on that was ever written; count if there is none. */
static uint64_t skip_hole(int fd, const struct spool *spool, uint64_t entry)
{
	off_t from = (off_t)(spool->usage_offset + entry * sizeof(struct track_fd_usage));
	off_t data = lseek(fd, from, SEEK_DATA);
	if (data < 0)
		return errno == ENXIO ? spool->usage_count : entry;
	if (data < from)
		return entry;
	uint64_t found = ((uint64_t)data - spool->usage_offset) / sizeof(struct track_fd_usage);
	return found < spool->usage_count ? found : spool->usage_count;
}

int usage_walk(const struct spool *spool, usage_visit visit, void *ctx)
{
	int fd = spool_reopen(spool);
	if (fd < 0)
		return 0;
	int ret = 0;
	uint64_t entry = skip_hole(fd, spool, 0);
	while (!ret && entry < spool->usage_count) {
		struct track_fd_usage block[BLOCK_ENTRIES];
		uint64_t left = spool->usage_count - entry;
		size_t wanted = left < BLOCK_ENTRIES ? left : BLOCK_ENTRIES;
		ssize_t size = pread(fd, block, wanted * sizeof(*block),
				     (off_t)(spool->usage_offset + entry * sizeof(*block)));
		size_t count = size > 0 ? (size_t)size / sizeof(*block) : 0;
		if (!count)
			break;
		ret = visit_block(block, count, entry, visit, ctx);
		entry = skip_hole(fd, spool, entry + count);
	}
	close(fd);
	return ret;
}
