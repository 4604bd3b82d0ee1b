/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of one process image: open, closed, and numbers reused. */
#ifndef ANALYZE_FD_H
#define ANALYZE_FD_H

#include <base/u64map.h>
#include <collect/collector.h>

struct image;
struct fd_slot;
struct life;

/* A zeroed struct is empty. */
struct fds {
	struct fd_slot **chunks; /* by number, for those below TRACK_USAGE_MAX */
	size_t chunk_count;
	struct u64map far; /* number -> struct fd_slot *, for the others */
};

void fds_finish(struct fds *fds);

/* A thread is over: its closes are decided. -ENOMEM or what the store says. */
int fd_thread_over(struct image *image, uint32_t tid);
/* Of an open number; NULL: none is. */
struct life *fd_life(const struct image *image, uint64_t number);

#endif
