/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite file format, section 1.3: where the size of pages stands. */
#include "serve/pages.h"

#include <endian.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SIZE_OFFSET = 16, PAGE_SIZE_LEAST = 512, PAGE_SIZE_MOST = 65536 };

struct pages {
	atomic_uint users;
	unsigned char *bytes;
	uint32_t revision, page_size, count;
	uint32_t since[]; /* of each: the revision in which it came */
};

struct frame {
	struct pages *pages;
	size_t head_bytes; /* with the indices */
	size_t count;	   /* of pages in it */
	unsigned char *head;
	uint32_t *indices;
};

/* 0: it has none. */
static uint32_t page_size_of(const unsigned char *bytes, size_t size)
{
	uint32_t page_size;

	if (size < PAGE_SIZE_LEAST)
		return 0;
	page_size = (uint32_t)bytes[PAGE_SIZE_OFFSET] << 8 | bytes[PAGE_SIZE_OFFSET + 1];
	if (page_size == 1)
		page_size = PAGE_SIZE_MOST;
	if (page_size < PAGE_SIZE_LEAST || (page_size & (page_size - 1)) || size % page_size != 0 ||
	    size / page_size > UINT32_MAX)
		return 0;
	return page_size;
}

static bool is_as_before(const struct pages *pages, const struct pages *before, uint32_t index)
{
	size_t at = (size_t)index * pages->page_size;

	return before && before->page_size == pages->page_size && index < before->count &&
	       memcmp(pages->bytes + at, before->bytes + at, pages->page_size) == 0;
}

int pages_create(unsigned char *bytes, size_t size, uint32_t revision, const struct pages *before,
		 struct pages **ret_pages)
{
	uint32_t page_size = page_size_of(bytes, size), count;
	struct pages *pages;

	if (!page_size)
		return -EBADMSG;
	count = (uint32_t)(size / page_size);
	pages = malloc(sizeof(*pages) + (size_t)count * sizeof(*pages->since));
	if (!pages)
		return -ENOMEM;
	*pages = (struct pages){.users = 1,
				.bytes = bytes,
				.revision = revision,
				.page_size = page_size,
				.count = count};
	for (uint32_t i = 0; i < count; i++)
		pages->since[i] = is_as_before(pages, before, i) ? before->since[i] : revision;
	*ret_pages = pages;
	return 0;
}

struct pages *pages_take(struct pages *pages)
{
	atomic_fetch_add(&pages->users, 1);
	return pages;
}

void pages_drop(struct pages *pages)
{
	if (!pages || atomic_fetch_sub(&pages->users, 1) != 1)
		return;
	free(pages->bytes);
	free(pages);
}

uint32_t pages_revision(const struct pages *pages)
{
	return pages->revision;
}

static void fill(struct frame *frame, uint32_t since)
{
	const struct pages *pages = frame->pages;
	uint32_t *words = (uint32_t *)(void *)(frame->head + strlen(FRAME_MAGIC));
	uint32_t *ids = (uint32_t *)(void *)(frame->head + FRAME_HEAD_BYTES);

	memcpy(frame->head, FRAME_MAGIC, strlen(FRAME_MAGIC));
	words[0] = htole32(FRAME_FORMAT);
	words[1] = htole32(pages->revision);
	words[2] = htole32(pages->page_size);
	words[3] = htole32(pages->count);
	for (uint32_t i = 0; i < pages->count; i++) {
		if (pages->since[i] <= since)
			continue;
		frame->indices[frame->count] = i;
		ids[frame->count++] = htole32(i);
	}
	words[4] = htole32((uint32_t)frame->count);
	frame->head_bytes = FRAME_HEAD_BYTES + frame->count * sizeof(*ids);
}

int frame_create(struct pages *pages, uint32_t since, struct frame **ret_frame)
{
	struct frame *frame = calloc(1, sizeof(*frame));

	if (!frame)
		return -ENOMEM;
	frame->pages = pages_take(pages);
	frame->head = malloc(FRAME_HEAD_BYTES + (size_t)pages->count * sizeof(uint32_t));
	frame->indices = calloc(pages->count, sizeof(*frame->indices));
	if (!frame->head || !frame->indices) {
		frame_destroy(frame);
		return -ENOMEM;
	}
	fill(frame, since > pages->revision ? 0 : since);
	*ret_frame = frame;
	return 0;
}

void frame_destroy(struct frame *frame)
{
	if (!frame)
		return;
	pages_drop(frame->pages);
	free(frame->head);
	free(frame->indices);
	free(frame);
}

uint64_t frame_size(const struct frame *frame)
{
	return frame->head_bytes + (uint64_t)frame->count * frame->pages->page_size;
}

/* One piece: of the head, or of one page. */
static size_t read_piece(const struct frame *frame, uint64_t at, char *ret_bytes, size_t size)
{
	const struct pages *pages = frame->pages;
	const unsigned char *from;
	uint64_t left;

	if (at < frame->head_bytes) {
		from = frame->head + at;
		left = frame->head_bytes - at;
	} else {
		uint64_t offset = at - frame->head_bytes, inside = offset % pages->page_size;
		uint64_t index = frame->indices[offset / pages->page_size];

		from = pages->bytes + index * pages->page_size + inside;
		left = pages->page_size - inside;
	}
	if (size > left)
		size = (size_t)left;
	memcpy(ret_bytes, from, size);
	return size;
}

size_t frame_read(const struct frame *frame, uint64_t at, char *ret_bytes, size_t size)
{
	uint64_t whole = frame_size(frame);
	size_t done = 0;

	while (done < size && at + done < whole)
		done += read_piece(frame, at + done, ret_bytes + done, size - done);
	return done;
}
