/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <errno.h>
#include <unistd.h>

#define BLOCK_BYTES 4096u

/* The first place from entry on that was ever written; count if there is none. */
static uint64_t skip_hole(int fd, const struct table *table, uint64_t entry)
{
	off_t from = (off_t)(table->offset + entry * table->entry_bytes);
	off_t data = lseek(fd, from, SEEK_DATA);
	if (data < 0)
		return errno == ENXIO ? table->count : entry;
	if (data < from)
		return entry;
	uint64_t found = ((uint64_t)data - table->offset) / table->entry_bytes;
	return found < table->count ? found : table->count;
}

int table_walk(int fd, const struct table *table, table_visit visit, void *ctx)
{
	uint64_t block[BLOCK_BYTES / sizeof(uint64_t)];
	size_t most = BLOCK_BYTES / table->entry_bytes;
	int ret = 0;
	uint64_t entry = skip_hole(fd, table, 0);
	while (!ret && entry < table->count) {
		uint64_t left = table->count - entry;
		size_t wanted = left < most ? left : most;
		ssize_t size = pread(fd, block, wanted * table->entry_bytes,
				     (off_t)(table->offset + entry * table->entry_bytes));
		size_t count = size > 0 ? (size_t)size / table->entry_bytes : 0;
		if (!count)
			break;
		ret = visit(ctx, block, count, entry);
		entry = skip_hole(fd, table, entry + count);
	}
	return ret;
}
