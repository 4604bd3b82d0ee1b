/* SPDX-License-Identifier: Apache-2.0 */
/* What is probed, by the number that the kernel tells. */
#ifndef PROBES_ROW_TABLE_H
#define PROBES_ROW_TABLE_H

#include "rows.h"

struct engine;
struct registered;
struct thread_call;

/* One of them: a pack's function, a call that makes or joins threads, a registered function. */
struct probed {
	struct row *row;
	const struct thread_call *call;
	struct registered *registered;
	bool is_there;	/* in any file */
	bool is_found;	/* so, and there is something to look at */
	bool is_tail;	/* one of them jumps to another, or is jumped to */
	bool is_unseen; /* it was found, and could not be attached to */
};

struct row_table {
	struct probed *items;
	size_t count, capacity;
};

/* 0, -ENOMEM, -ENOSPC: the kernel has no more rows; or what engine_row_set says. */
int row_table_add(struct row_table *table, struct engine *engine, const struct probed *probed,
		  const struct probe_row *kernel, uint32_t *ret_row);

/* Rows of packs are the table's own. It is empty afterwards. */
void row_table_finish(struct row_table *table);

/* NULL: there is none of that number. */
struct probed *row_table_at(const struct row_table *table, uint32_t row);

/*
 * A class of which one end is not seen is followed no more: one of its ends could not be attached
 * to, or goes by a pattern that fits nothing.
 */
void row_table_judge(struct row_table *table);

#endif
