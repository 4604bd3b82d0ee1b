/* SPDX-License-Identifier: Apache-2.0 */
/* What threads wait for as their programs say (track_block). */
#ifndef ANALYZE_BLOCK_H
#define ANALYZE_BLOCK_H

#include <base/u64map.h>
#include <collect/collector.h>

struct image;

struct block {
	uint8_t kind;
	uint64_t subject;
	const char *text; /* what for; NULL: not said */
	uint64_t time_ns;
	int64_t stack; /* a row; 0: none */
};

/* blocks: tid -> what it waits for. It begins to wait, or no longer does. -ENOMEM. */
int block_told(struct image *image, const struct collect_event *event);
/* The latest that did not end; NULL: none. */
const struct block *block_innermost(const struct u64map *blocks, uint32_t tid);
/* The thread is over. */
void block_forget(struct u64map *blocks, uint32_t tid);
void blocks_finish(struct u64map *blocks);

#endif
