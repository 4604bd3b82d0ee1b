/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lifetime while it is followed. It lives inside the state of its kind (a
 * descriptor's slot, a thread), so that following costs no allocation. A row is
 * written when it ends, or at a flush while it is alive; whatever changes later
 * replaces the row.
 */
#ifndef ANALYZE_LIFE_H
#define ANALYZE_LIFE_H

#include <collect/collector.h>
#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>
#include <track/wire.h>

struct image;
struct life_names;

enum life_ending {
	LIFE_ALIVE,
	LIFE_CLOSED,
	LIFE_EXEC,
	LIFE_UNSEEN,
	LIFE_JOINED,
	LIFE_DETACHED, /* without a time of death: it is detached and still runs */
	LIFE_DONE,
	LIFE__COUNT
};

struct life {
	struct life *prev, *next; /* in the book's queue; NULL: the row is up to date */
	struct image *image;
	struct life_names *names; /* NULL: none were given */
	int64_t id;		  /* its row, 0 not yet */
	uint64_t subject;
	uint64_t birth_ns;
	int64_t birth_stack;
	uint64_t death_ns;
	int64_t death_stack;
	uint32_t birth_tid;
	uint32_t death_tid;
	uint32_t generation;
	uint32_t tid; /* thread: its kernel id */
	int32_t from; /* descriptor it was made from, or -1 */
	uint16_t birth_call;
	uint16_t death_call;
	uint8_t kind;
	uint8_t fd_class;
	uint8_t ending; /* enum life_ending */
	bool inherited;
	bool has_traffic;
	bool counted; /* among the living of its image */
	uint64_t start_routine;
	struct track_traffic traffic;
};

/* What all lives share. */
struct life_book {
	struct trace *trace;
	struct life queue; /* ring of lives whose row is to be written at the next flush */
	struct life_names *free_names;
};

void life_book_init(struct life_book *book, struct trace *trace);
void life_book_finish(struct life_book *book);
/* Write every row that waits. */
int life_book_write(struct life_book *book);

/*
 * A birth as the event says. The generation counts on; the rest starts afresh,
 * after what the life before still had to write is written.
 */
int life_begin(struct life *life, struct image *image, const struct collect_event *event);
struct life_death {
	enum life_ending ending;
	uint64_t time_ns;
	uint32_t tid;  /* 0: nobody's act */
	int64_t stack; /* a row, 0 none */
	uint16_t call;
};
/* The end; the row is written at once. */
int life_end(struct life *life, const struct life_death *death);
/* The same, but the row waits for the next flush. Used while the death may still change. */
void life_set_death(struct life *life, const struct life_death *death);
void life_revive(struct life *life);
/* Write the row at the next flush. */
void life_touch(struct life *life);
/* The row, written now if it was not: something refers to it. */
int life_keep(struct life *life, int64_t *ret_id);
void life_set_class(struct life *life, unsigned fd_class);

/* Keep what a name record says; shapes that wire.h does not know are ignored. -ENOMEM. */
int life_name(struct life *life, const struct collect_event *event);
void life_set_traffic(struct life *life, const struct collect_event *event);
/* Give back what the life holds. */
void life_finish(struct life *life);

#endif
