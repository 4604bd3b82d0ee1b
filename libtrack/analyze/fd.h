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

/* Handlers of events of kind fd. -ENOMEM or what the store says. */
int fd_create(struct image *image, const struct collect_event *event);
int fd_destroy(struct image *image, const struct collect_event *event);
int fd_undo(struct image *image, const struct collect_event *event);
int fd_name(struct image *image, const struct collect_event *event);
int fd_use(struct image *image, const struct collect_event *event);
/* A thread is over: its closes are decided. */
int fd_thread_over(struct image *image, uint32_t tid);
int fd_fail(struct image *image, const struct collect_event *event);
/* Compare with the complete census. */
int fd_compare(struct image *image, const struct collect_event *event);
/* Of an open number; NULL: none is. */
struct life *fd_life(const struct image *image, uint64_t number);
/* The image is over: what an exec ended, closes that nothing was heard of. */
int fd_settle(struct image *image);

#endif
