/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of a file's call frame information, by address. */
#ifndef SYMBOL_FRAME_TABLE_H
#define SYMBOL_FRAME_TABLE_H

#include "frame_row.h"
#include "ranges.h"

/* Zeroed: empty. */
struct frame_table {
	struct frame_section section;
	struct frame_bytes header; /* .eh_frame_hdr with a sorted table; else empty */
	size_t header_at;	   /* its first pair */
	size_t header_count;
	struct ranges entries; /* without a header: all entries, as they are found in the section */
};

/*
 * What .eh_frame_hdr says: where .eh_frame is, and whether its table is one that can be searched.
 * -EBADMSG: it makes no sense. The section is the caller's to set.
 */
int frame_table_header(struct frame_table *table, const struct frame_bytes *header,
		       uint64_t *ret_section_address);
/* The section is set, and there is no header to search. -ENOMEM. */
int frame_table_scan(struct frame_table *table);
void frame_table_finish(struct frame_table *table);
/* -ENOENT, -EBADMSG. */
int frame_table_find(const struct frame_table *table, uint64_t address,
		     struct frame_entry *ret_entry);

#endif
