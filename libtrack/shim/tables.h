/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the spool that are written in place: where threads stand, who woke whom, which
 * lock was taken after which. Sparse: a part is made ready when it is needed first.
 */
#ifndef SHIM_TABLES_H
#define SHIM_TABLES_H

#include "shim.h"

/* Entries that become ready together; a hash leads to one such group. */
#define TABLES_WAKER_GROUP 128
#define TABLES_ORDER_GROUP 256

struct tables_layout {
	uint32_t standing_count;
	uint32_t waker_count;
	uint32_t order_count;
	uint64_t bytes; /* of all, whole pages */
};

/* What fits into so many bytes, for so many threads; nothing, if that is little. */
struct tables_layout tables_choose(uint64_t room_bytes, uint32_t threads);
/* Fill in what the header says of them. offset: of the first one. */
void tables_tell(struct track_spool *header, const struct tables_layout *layout, uint64_t offset);
/* Those of this spool are used from here on, all zero. */
void tables_use(struct track_spool *header);

/* Of the thread whose writer has this index; NULL: none. */
struct track_standing *tables_standing(uint32_t index);
/* Make ready what the first threads will need, without a system call later. */
void tables_make_room(void);

/* The group that a hash leads to; NULL: none, or, if it is not to be made, not ready. */
struct track_waker *tables_wakers(uint64_t hash, bool make);
struct track_lock_order *tables_orders(uint64_t hash, bool make);

#endif
