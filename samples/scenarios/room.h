/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A room as a media server has it: somebody speaks, over a connection of his own; the server's end
 * of it is a data producer. Who takes a seat hears him over another connection, whose end in the
 * server is a data consumer. The server itself records all of it, without a network.
 */
#ifndef ROOM_H
#define ROOM_H

#include "scene.h"

#include <dcstack/router.h>
#include <pair/pair.h>

struct room {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct pair speaker;
	bool has_speaker;
	struct dc_producer *producer;
	struct dc_consumer *recorder; /* a direct one */
	unsigned recorded, expected;
	bool has_recorded, is_settled;
};

/* room_close must follow, also after an error. */
int room_open(struct room *room);
/* Nobody is there but the server, who speaks himself: the room has no connection, and there must be
 * no other object. It has come to rest when this returns, and can be counted. */
int room_open_empty(struct room *room);
/* So many words are said; all are recorded then. */
int room_say(struct room *room, unsigned words);
/* Whatever producer and consumers were asked for before is done. */
int room_settle(struct room *room);
void room_close(struct room *room);

/* Of a play: an empty room that is there for all sessions, as scene->own, and ends after them. */
int room_begin(struct scene *scene);
void room_end(struct scene *scene);

struct seat {
	struct room *room;
	struct pair pair; /* the answerer is the server's */
	struct dc_consumer *consumer;
	bool has_heard, is_left;
};

/* The consumer is subscribed to these. seat_leave must follow, also after an error. */
int seat_take(struct seat *seat, struct room *room, const uint16_t *subchannels, size_t count);
/* Something was said since he has taken it. */
int seat_await_word(struct seat *seat);
/* The consumer is closed, and has done all that goes with it, and so is the connection. */
void seat_leave(struct seat *seat);

#endif
