/* SPDX-License-Identifier: Apache-2.0 */
/* A table of a spool: entries of one size, most of them never written. */
#ifndef COLLECT_TABLE_H
#define COLLECT_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Checked: see spool.c. */
struct table {
	uint64_t offset;
	uint32_t count;
	uint32_t entry_bytes; /* at most 4096 */
};

/* entries are the caller's until it returns; first: number of the first of them. */
typedef int (*table_visit)(void *ctx, const void *entries, size_t count, uint64_t first);

/*
 * Visit what was ever written, in order, and zeros around it. Reads the file, not the map, which
 * would get room for what was never written. Returns 0 or visit's error.
 */
int table_walk(int fd, const struct table *table, table_visit visit, void *ctx);

#endif
