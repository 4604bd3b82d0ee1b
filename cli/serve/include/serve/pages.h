/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of an SQLite file, each with the revision in which it came to be as it is: what changed
 * since a revision that a reader has is sent, and nothing else. Does not change once it is made,
 * and is shared by threads.
 */
#ifndef SERVE_PAGES_H
#define SERVE_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pages;

/*
 * Takes bytes, unless it fails. before: of the revision before, which stays its owner's; NULL:
 * there is none. Revisions begin with 1. -EBADMSG: these are no pages; -ENOMEM.
 */
int pages_create(unsigned char *bytes, size_t size, uint32_t revision, const struct pages *before,
		 struct pages **ret_pages);
/* As many drops as one and these; NULL is fine. */
struct pages *pages_take(struct pages *pages);
void pages_drop(struct pages *pages);
uint32_t pages_revision(const struct pages *pages);

/*
 * What changed, as a message, little endian: "RTKP", u32 format (1), u32 revision, u32 page size,
 * u32 pages of the whole, u32 count, count x u32 index of a page, and then these pages.
 */
struct frame;
#define FRAME_MAGIC "RTKP"
enum { FRAME_FORMAT = 1, FRAME_HEAD_BYTES = 24 };

/* since 0, or one that never was: all pages. Has the pages too, as long as it is there. */
int frame_create(struct pages *pages, uint32_t since, struct frame **ret_frame);
void frame_destroy(struct frame *frame);
uint64_t frame_size(const struct frame *frame);
/* At most size bytes from at on; 0: that is its end. */
size_t frame_read(const struct frame *frame, uint64_t at, char *ret_bytes, size_t size);

#endif
