/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all lives of a run share: the trace that they are written to, which of them wait to be
 * written, and from when on those that ended in order become sums.
 */
#ifndef ANALYZE_LIFE_BOOK_H
#define ANALYZE_LIFE_BOOK_H

#include "life.h"
#include "marks.h"
#include "statistics.h"
#include "texts.h"

struct life_book {
	struct trace *trace;
	struct life queue;  /* ring of lives whose row is to be written at the next flush */
	unsigned row_depth; /* rows being written, each of who owns the one before */
	struct life_names *free_names;
	struct statistics_book statistics;
	struct texts texts;
	uint64_t budget_bytes; /* size of the trace from which on lives are folded */
	bool folding;
	uint64_t *marks_ns; /* rising: what was alive at a mark keeps its row */
	size_t mark_count;
	size_t mark_capacity;
	struct marks marks; /* the same, with their series */
	char *closes_of; /* pattern of classes: the close of such a scope is a mark; NULL: of none
			  */
	uint64_t closes; /* so many were */
};

void life_book_init(struct life_book *book, struct trace *trace);
void life_book_finish(struct life_book *book);
/* Write every row and every statistic that waits. */
int life_book_write(struct life_book *book);
/* Look whether the trace is past its budget. Cheap. */
int life_book_weigh(struct life_book *book);
/* A mark was set at this time. */
int life_book_mark(struct life_book *book, int32_t pid, uint64_t time_ns, const char *text);
/* A scope of this class was closed at this time. */
int life_book_closed(struct life_book *book, int32_t pid, uint64_t time_ns, const char *class_name);

#endif
