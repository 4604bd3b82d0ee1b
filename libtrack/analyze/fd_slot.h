/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor numbers of one process image: for each the life that it has, or had last. */
#ifndef ANALYZE_FD_SLOT_H
#define ANALYZE_FD_SLOT_H

#include "fd.h"
#include "life.h"

enum fd_state {
	FD_UNKNOWN, /* never open here, or last opened by a call that was not seen */
	FD_OPEN,
	FD_CLOSED,
};

struct fd_slot {
	struct life life; /* kept after its end: an undo may take the end back */
	enum fd_state state;
	bool implicit; /* closed as dup2's target or by a range */
	bool awaited;  /* a close was undecided that may be a second one of this life */
};

/* The slot of a number; NULL if it has none yet. */
struct fd_slot *fds_find(const struct fds *fds, uint64_t number);
/* The same, made if new. -ENOMEM. */
int fds_get(struct fds *fds, uint64_t number, struct fd_slot **ret_slot);

/* Step over all slots that ever held something; NULL at the end. */
struct fds_cursor {
	size_t next;
	size_t far;
};
struct fd_slot *fds_next(const struct fds *fds, struct fds_cursor *cursor);

#endif
