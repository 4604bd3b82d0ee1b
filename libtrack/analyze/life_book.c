/* SPDX-License-Identifier: Apache-2.0 */
#include "life_book.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/soak.h"

void life_book_init(struct life_book *book, struct trace *trace)
{
	*book = (struct life_book){
		.trace = trace,
		.statistics = {.trace = trace},
		.budget_bytes = UINT64_MAX,
	};
	book->queue.next = &book->queue;
	book->queue.prev = &book->queue;
}

void life_book_finish(struct life_book *book)
{
	life_names_free(book->free_names);
	book->free_names = NULL;
	texts_finish(&book->texts);
	free(book->marks_ns);
	book->marks_ns = NULL;
	marks_finish(&book->marks);
	free(book->closes_of);
	book->closes_of = NULL;
}

int life_book_weigh(struct life_book *book)
{
	uint64_t bytes;
	int error;

	/* Once past it a trace stays past it: freed pages are used again, not given back. */
	if (book->folding || book->budget_bytes == UINT64_MAX)
		return 0;
	error = trace_size(book->trace, &bytes);
	if (error == 0)
		book->folding = bytes >= book->budget_bytes;
	return error;
}

/* What was alive then keeps its row. */
static int note_time(struct life_book *book, uint64_t time_ns)
{
	size_t capacity = book->mark_capacity != 0 ? 2 * book->mark_capacity : 16;
	size_t at = marks_before(book->marks_ns, book->mark_count, time_ns);
	uint64_t *marks_ns;

	if (book->mark_count == book->mark_capacity) {
		marks_ns = reallocarray(book->marks_ns, capacity, sizeof(*marks_ns));
		if (marks_ns == NULL)
			return -ENOMEM;
		book->marks_ns = marks_ns;
		book->mark_capacity = capacity;
	}
	memmove(book->marks_ns + at + 1, book->marks_ns + at,
		(book->mark_count - at) * sizeof(*book->marks_ns));
	book->marks_ns[at] = time_ns;
	book->mark_count++;
	return 0;
}

int life_book_mark(struct life_book *book, int32_t pid, uint64_t time_ns, const char *text)
{
	int error = note_time(book, time_ns);

	if (error == 0)
		error = marks_add(&book->marks, time_ns, text);
	return error != 0 ? error : trace_add_mark(book->trace, pid, time_ns, text);
}

int life_book_closed(struct life_book *book, int32_t pid, uint64_t time_ns, const char *class_name)
{
	char text[SOAK_MARK_BYTES];

	if (book->closes_of == NULL || fnmatch(book->closes_of, class_name, 0) != 0)
		return 0;
	soak_mark_text(SOAK_BY_CLOSES, ++book->closes, text);
	return life_book_mark(book, pid, time_ns, text);
}

int life_book_write(struct life_book *book)
{
	while (book->queue.next != &book->queue) {
		int error = life_conclude(book->queue.next);

		if (error != 0)
			return error;
	}
	return statistics_write(&book->statistics);
}
