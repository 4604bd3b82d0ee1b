/* SPDX-License-Identifier: Apache-2.0 */
/* One process image: what is known about it while its records come in. */
#ifndef ANALYZE_IMAGE_H
#define ANALYZE_IMAGE_H

#include <base/u64map.h>
#include <collect/collector.h>
#include <store/trace.h>

#include "acts.h"
#include "census.h"
#include "closer.h"
#include "fd.h"
#include "life_book.h"
#include "modules.h"
#include "statistics.h"
#include "stray.h"
#include "thing.h"
#include "thread.h"

struct image {
	struct life_book *book; /* shared by all images */
	int64_t id;		/* its row */
	int32_t pid;
	uint64_t end_ns;
	uint64_t exit_begun_ns; /* 0: main did not return, nor was exit called */
	enum collect_end end;
	enum track_engine engine;
	bool census_told;      /* the collector said that a census was taken */
	uint32_t end_tid;      /* the thread that ended it, and looked at what is left; 0 unknown */
	bool stood;	       /* where its threads stand was written */
	bool has_past;	       /* it began with all that its parent had made, or it had before */
	struct u64map stacks;  /* hash -> row */
	struct u64map places;  /* of stacks -> row */
	struct u64map callers; /* row of a stack -> hash of the module of its first frame */
	struct u64map texts;   /* id -> const char *, of the book */
	struct modules modules;
	struct fds fds;
	struct threads threads;
	struct things things;
	struct strays strays;
	struct acts acts;
	struct closers closers;
	struct statistics statistics;
	struct census census[TRACK_KIND__COUNT];
	uint64_t alive[TRACK_KIND__COUNT];
	uint64_t sockets;		     /* of the descriptors alive */
	uint64_t told[TRACK_NOTE__COUNT];    /* notes, as the capture engine counted them */
	uint64_t counted[TRACK_NOTE__COUNT]; /* and what was found here */
};

/* Of the process with this row. */
int image_create(struct life_book *book, const struct collect_process *process, int64_t id,
		 struct image **ret_image);
void image_destroy(struct image *image);
/* Something about the process changed. */
void image_update(struct image *image, const struct collect_process *process);

int image_add_module(struct image *image, const struct collect_module *module);
int image_unload(struct image *image, uint64_t bias, uint64_t time_ns);
int image_add_stack(struct image *image, uint64_t hash, uint64_t time_ns, const uint64_t *addresses,
		    size_t depth);
/* Row of a stack; 0 if there is none. */
int64_t image_stack(const struct image *image, uint64_t hash);
/* Which module's code it was that called, by its path and build: a hash; 0 if it is not known. */
uint64_t image_caller(const struct image *image, int64_t stack);

int image_add_text(struct image *image, uint64_t id, const char *text);
/* NULL if there is none. Equal texts are one pointer, in all images. */
const char *image_text(const struct image *image, uint64_t id);

/* The capture engine's total of a note. */
int image_tell_note(struct image *image, enum track_note note, uint64_t count);
/* Write what was counted here. Call once, at the end. */
int image_write_notes(struct image *image);

#endif
