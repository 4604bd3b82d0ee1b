/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lifetime while it is followed. It lives inside the state of its kind (a
 * descriptor's slot, a thread), so that following costs no allocation. A row is
 * written when it ends, or at a flush while it is alive; whatever changes later
 * replaces the row. Once the trace is past its budget, a life that began and
 * ended in order leaves no row: it is added to the statistics when its place is
 * taken by the next, at the latest at a flush, and taken out of them if its end
 * is taken back.
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
struct need;
struct statistic;
struct thing;

enum life_ending {
	LIFE_ALIVE,
	LIFE_CLOSED,
	LIFE_EXEC,
	LIFE_UNSEEN,
	LIFE_JOINED,
	LIFE_DETACHED, /* without a time of death: it is detached and still runs */
	LIFE_DONE,
	LIFE_DESTROYED, /* this and the following: of annotated kinds */
	LIFE_RELEASED,
	LIFE_FIRED,
	LIFE_CANCELLED,
	LIFE_FINISHED,
	LIFE__COUNT
};

struct life {
	struct life *prev, *next; /* in the book's queue; NULL: the row is up to date */
	struct image *image;
	struct life_names *names;    /* NULL: none were given */
	const char *class_name;	     /* of an annotated kind; interned */
	struct thing *owner;	     /* held; NULL: none was told */
	struct thing *hint;	     /* held; scope inside of whose call it was made; NULL: none */
	struct need *needs;	     /* who needs it */
	struct statistic *statistic; /* that it is part of; NULL: it has a row, or will have one */
	int64_t id;		     /* its row, 0 not yet */
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
	bool earlier; /* there before the recording began: nobody knows since when, or by whom */
	bool has_traffic;
	bool counted;	 /* among the living of its image */
	bool kept;	 /* something refers to its row */
	bool owned_late; /* its owner was over when it was said to be that */
	uint64_t start_routine;
	struct track_traffic traffic;
};

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
/* As the event says that ended it. */
struct life_death life_death_by(const struct life *life, const struct collect_event *event,
				enum life_ending ending);
/* The end; the row is written at once, if there is to be one. */
int life_end(struct life *life, const struct life_death *death);
/* The same, but the row waits for the next flush. Used while the death may still change. */
void life_set_death(struct life *life, const struct life_death *death);
void life_revive(struct life *life);
/* The row, written now if it was not, and kept whatever the budget says. */
int life_keep(struct life *life, int64_t *ret_id);
/* Write or fold what waits for a flush. */
int life_conclude(struct life *life);
/* Its row is to be written anew. */
void life_touch(struct life *life);
/* With an owner it needs no hint. */
void life_set_owner(struct life *life, struct thing *owner);
/* It was born in the call of a scope that adopts its class: that owns it. NULL: it was not. */
struct thing *life_join(struct life *life, uint32_t tid);
void life_drop_hint(struct life *life);
/* Just begun: it was there before the recording, so that nothing of its birth is known. */
void life_set_earlier(struct life *life);
/* It was made by this thread: perhaps inside of a scope's call. */
void life_set_hint(struct life *life, uint32_t tid);
/* As the trace has it. */
const char *life_class(const struct life *life);
/* Something was done to it that a rule judges; other (NULL: none) had a part in it. */
int life_act(struct life *life, const struct collect_event *event, const char *what,
	     struct life *other);
/* Its place is needed: what it holds goes over to the other, which is empty. */
void life_move(struct life *life, struct life *ret_life);
/* 0 while it is alive. */
uint64_t life_length_ns(const struct life *life);
/* As the trace has it; NULL for LIFE_ALIVE. */
const char *life_ending_name(unsigned ending);
void life_set_class(struct life *life, unsigned fd_class);

/* A list of them. */
void life_names_free(struct life_names *names);
/* Keep what a name record says; shapes that wire.h does not know are ignored. -ENOMEM. */
int life_name(struct life *life, const struct collect_event *event);
void life_set_traffic(struct life *life, const struct collect_event *event);
/* What it belongs to, or was made in: the caller drops it now. NULL: none. */
struct thing *life_take_above(struct life *life);
/* It belongs to nothing any more, and nothing needs it. */
void life_let_go(struct life *life);
/* Give back what the life holds. */
void life_finish(struct life *life);

#endif
