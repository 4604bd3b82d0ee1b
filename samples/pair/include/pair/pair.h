/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two peers in this process, connected to each other, with one channel between them. Each end may
 * be closed or destroyed by who uses the pair: what he has taken away, he sets to NULL.
 */
#ifndef PAIR_PAIR_H
#define PAIR_PAIR_H

#include <dcstack/dcstack.h>
#include <pthread.h>

struct pair;

struct pair_end {
	struct pair *pair;
	struct pair_end *other;
	struct dc_connection *connection;
	struct dc_channel *channel;
	bool is_closed; /* its connection; under the lock */
	bool is_greeted;
};

struct pair {
	struct pair_end offerer, answerer;
	pthread_mutex_t lock; /* of all that callbacks tell */
	pthread_cond_t changed;
	bool is_open, has_channel; /* the offerer's channel; the answerer's */
	int error;		   /* why the two cannot go on */
};

struct pair_options {
	struct dc_config offerer, answerer;
	struct dc_channel_options channel; /* of the offerer */
};

/* On 127.0.0.1, over UDP. */
extern const struct pair_options pair_defaults;

/* Two connections, and the offerer's channel. options NULL: pair_defaults. pair_finish must follow,
 * also after an error. */
int pair_open(struct pair *pair, const struct pair_options *options);
/* The channel is open on both ends then. */
int pair_connect(struct pair *pair);
/* Each end says a word, and hears the other's; again and again. Its on_message is reset afterwards.
 */
int pair_greet(struct pair *pair);
/* All three: a pair that has talked. */
int pair_start(struct pair *pair, const struct pair_options *options);

/* Closes the end's connection, if it has one, and waits until its sockets are closed. */
void pair_close_end(struct pair_end *end);
/* Destroys what the end has. */
void pair_destroy_end(struct pair_end *end);
/* Closes and destroys what both ends still have. No callback of theirs runs afterwards. */
void pair_finish(struct pair *pair);

/* For callbacks, and for who waits for them: what becomes true, or why it cannot. */
void pair_tell(struct pair *pair, bool *what);
void pair_fail(struct pair *pair, int error);
int pair_await(struct pair *pair, const bool *what);
/* Also where they cannot go on: for an end, which comes all the same. */
void pair_await_end(struct pair *pair, const bool *what);

#endif
