/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lifetimes of descriptors: events become the records that the preloaded library writes, in
 * their order.
 */
#ifndef LOADER_DESCRIPTORS_H
#define LOADER_DESCRIPTORS_H

#include "probe_event.h"

#include <base/u64map.h>
#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

struct traced;

enum descriptor_marks {
	DESCRIPTOR_RANGED = 1, /* a range was closed over it, which may yet fail */
	DESCRIPTOR_SEEN = 2,   /* the last look found it open */
};

/* One number. */
struct descriptor {
	uint8_t fd_class;      /* enum track_fd_class */
	bool open;	       /* as far as is believed */
	bool ever;	       /* once it was, in this image */
	uint8_t marks;	       /* enum descriptor_marks */
	uint32_t stale_uses;   /* calls whose misuse of it was told, by bits */
	uint32_t name_hash[2]; /* of the last addresses told: local, remote */
	uint64_t inode;	       /* of what it was opened as; 0: not known */
};

/* Zeroed is empty. */
struct descriptors {
	struct descriptor *at;
	uint32_t count;	       /* numbers that there is room for */
	struct u64map closers; /* tid -> last number closed that was not open | length of its run */
	struct u64map refusals; /* tid -> how many were told */
	bool rings;		/* some may come and go by io_uring, unseen */
};

void descriptors_finish(struct descriptors *descriptors);
/* The thread is over. */
void descriptors_forget_thread(struct descriptors *descriptors, uint32_t tid);

/* NULL: never open. */
struct descriptor *descriptors_find(const struct descriptors *descriptors, uint32_t fd);

void descriptors_open(struct traced *traced, const struct probe_open *event);
void descriptors_path(struct traced *traced, const struct probe_path *event);
void descriptors_names(struct traced *traced, const struct probe_names *event);
void descriptors_close(struct traced *traced, const struct probe_close *event);
void descriptors_close_range(struct traced *traced, const struct probe_close_range *event);
void descriptors_undo(struct traced *traced, const struct probe_undo *event);
void descriptors_fail(struct traced *traced, const struct probe_fail *event);

/* At the end of who had a ring: what a number is then. Another one than was opened came unseen. */
void descriptors_held(struct traced *traced, const struct probe_open *event);

/* It was open when the image began, or when we came. flags: enum track_fd_flags. */
void descriptors_found(struct traced *traced, uint32_t fd, enum track_fd_class fd_class,
		       unsigned flags, uint64_t time_ns);
/* An address of one, if it is another than before. */
void descriptors_address(struct traced *traced, uint32_t tid, uint64_t time_ns, uint32_t fd,
			 enum track_call call, enum track_name_role role, const void *address,
			 uint32_t bytes);

/* The last look: numbers that are open, by bits from first on. */
void descriptors_census(struct traced *traced, uint64_t time_ns, uint32_t first,
			const uint64_t *open, uint32_t words);
void descriptors_census_end(struct traced *traced, uint64_t time_ns);

/* The counters of what is open go out: the image ends, or the recording. */
void descriptors_settle_traffic(struct traced *traced, uint64_t time_ns);
/* Nobody follows it any more, and it lives on: what addresses its sockets got without a word. */
void descriptors_settle_names(struct traced *traced, uint64_t time_ns);

#endif
