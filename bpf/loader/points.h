/* SPDX-License-Identifier: Apache-2.0 */
/* Where in one file probes are to be, and the links that they become. */
#ifndef PROBES_POINTS_H
#define PROBES_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "links.h"

struct returns_file;

/* Of one program. A zeroed struct is empty. */
struct points {
	uint64_t *offsets, *rows;
	size_t count, capacity;
};

/* Each pair once. 0 or -ENOMEM. */
int points_add(struct points *points, uint64_t offset, uint64_t row);
void points_remove(struct points *points, size_t index);
void points_remove_row(struct points *points, uint64_t row);
void points_finish(struct points *points);

/* What of a function's return is looked at. */
enum points_until {
	POINTS_ENTRY,  /* nothing */
	POINTS_LEAVE,  /* that it is over: also where it goes over to another one that it calls last
			*/
	POINTS_RETURN, /* and what it returns */
};

/* The entry and, so far, all returns. -ENOTSUP: they cannot be seen, nothing is added. */
int points_add_function(struct points *enters, struct points *returns, struct returns_file *file,
			uint64_t offset, uint64_t row, enum points_until until);

/* All of its returns, or where it is left. 0, -ENOMEM, or others: one of them cannot be seen. */
int points_add_returns(struct points *returns, struct returns_file *file, uint64_t offset,
		       uint64_t row, enum points_until until);

struct link_list {
	struct link **items;
	size_t count;
};

void link_list_finish(struct link_list *links);
/* To be finished with others. Without memory for that they are finished here. */
void link_list_move(struct link_list *links, struct link_list *ret_links);

/* A row of which one point cannot be attached to. */
typedef void points_refused_fn(void *context, uint64_t row);

/* In one link, or without those that the kernel refuses in several. 0 or -ENOMEM. */
int points_attach(const struct points *points, struct engine *engine, enum link_program program,
		  const char *path, struct link_list *links, points_refused_fn *refused,
		  void *context);

#endif
