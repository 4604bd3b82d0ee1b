/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one to many: a data producer takes the messages of a channel, or of the program itself, and
 * hands each to its consumers; a data consumer sends them on a channel of its own, or gives them to
 * the program. A message may name subchannels: who is not subscribed does not get it.
 *
 * Threads: every function may be called on any thread, also from within a callback. A producer and
 * its consumers do all they do on one strand of the library's pool, in the order in which they were
 * asked, and their callbacks run there: one at a time, and never while another one's strand waits
 * for them. What comes while a callback is slow waits in memory.
 *
 * Ends: producers, consumers and the connections of their channels may be destroyed in any order,
 * within callbacks too. A producer that is destroyed, or whose channel closes, closes its
 * consumers. What destroy was called for calls back no more, except that every message that was
 * given with a function is still told of.
 *
 * What is handed over is copied. Functions return 0 or -errno.
 */
#ifndef DCSTACK_ROUTER_H
#define DCSTACK_ROUTER_H

#include <dcstack/dcstack.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dc_producer;
struct dc_consumer;

struct dc_parcel {
	enum dc_kind kind;
	const void *data;
	size_t size;
	/* Only for who is subscribed to one of them; none: for all. */
	const uint16_t *subchannels;
	size_t subchannel_count;
	const uint16_t *required_subchannel; /* and to this one; NULL: there is none */
};

/* Takes channel, resets its callbacks, and destroys it at its end; NULL: the program produces by
 * dc_producer_send. The caller's reference ends with dc_producer_destroy. -ENOMEM, and as
 * dc_connection_create; the channel is still the caller's then. */
int dc_producer_create(struct dc_channel *channel, struct dc_producer **ret_producer);
void dc_producer_destroy(struct dc_producer *producer); /* NULL: nothing */
/* A paused one drops what comes, and its consumers are not active. -ENOMEM. */
int dc_producer_pause(struct dc_producer *producer, bool paused);
/* To all its consumers. -EINVAL for one that has a channel, -ENOTCONN if it is closed, -ENOMEM. */
int dc_producer_send(struct dc_producer *producer, const struct dc_parcel *parcel);

struct dc_consumer_options {
	struct dc_channel *channel;  /* taken, as a producer's; NULL: messages are the program's */
	const uint16_t *subchannels; /* that it is subscribed to */
	size_t subchannel_count;
	bool paused;
};
/* options NULL: a direct one, subscribed to nothing. -ENOTCONN if the producer is closed, -ENOMEM,
 * and as dc_connection_create. */
int dc_consumer_create(struct dc_producer *producer, const struct dc_consumer_options *options,
		       struct dc_consumer **ret_consumer);
void dc_consumer_destroy(struct dc_consumer *consumer);		  /* NULL: nothing */
int dc_consumer_pause(struct dc_consumer *consumer, bool paused); /* -ENOMEM */
/* To these, and no others. -ENOMEM. */
int dc_consumer_subscribe(struct dc_consumer *consumer, const uint16_t *subchannels, size_t count);

/*
 * What became of a message, told once for each that was given with a function. error: 0, it is
 * queued; -ENOTCONN, the consumer is not active: its channel is not open or not connected, or it or
 * its producer is paused or closed; -EACCES, it is not subscribed to the required subchannel;
 * -ENOENT, to none of the listed; -EMSGSIZE, the peer does not accept that much; -ENOBUFS, 4 MiB
 * wait for the peer already, or it has taken nothing for some seconds; -ENOMEM.
 */
typedef void (*dc_queued_fn)(int error, void *user);
/* To this one only. fn may be NULL. -EINVAL, -ENOMEM: fn is not called. */
int dc_consumer_send(struct dc_consumer *consumer, const struct dc_parcel *parcel, dc_queued_fn fn,
		     void *user);

/* Of a direct one. Messages that come while no function is set are dropped. */
typedef void (*dc_parcel_fn)(struct dc_consumer *consumer, enum dc_kind kind, const void *data,
			     size_t size, void *user);
void dc_consumer_on_message(struct dc_consumer *consumer, dc_parcel_fn fn, void *user);
/* One-shot: its producer is closed, and so is the consumer. It cannot be missed. */
typedef void (*dc_consumer_fn)(struct dc_consumer *consumer, void *user);
void dc_consumer_on_closed(struct dc_consumer *consumer, dc_consumer_fn fn, void *user);

#ifdef __cplusplus
}
#endif

#endif
