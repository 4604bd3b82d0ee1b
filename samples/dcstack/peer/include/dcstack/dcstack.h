/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebRTC data channels in C, for reading and for being watched. One connection is one association
 * of channels with one peer (RFC 8831): ICE below, DTLS on it, SCTP in that.
 *
 * Threads: every function may be called on any thread, also from within a callback. Callbacks of
 * one connection and its channels run one at a time, in order, on a pool of workers.
 *
 * Callbacks: each has one function; setting another replaces it, NULL resets it: nobody is told
 * then. To set or to reset one, as destroy does with all, waits until a running one has returned
 * (but for the one it is called from). A callback must not do so to another connection whose
 * callbacks do it to this one: each could wait for the other. What is told while no function is set
 * is not told again, except where it says so below.
 *
 * Ends: connections and channels may be destroyed in any order, within callbacks too; a channel
 * whose connection is destroyed is closed, and says so. What destroy was called for calls back no
 * more. Sockets may still be open when destroy returns: who has to know that they are closed calls
 * dc_connection_close before and waits for its function, or for dc_library_cleanup.
 *
 * Strings that are handed over are copied. Functions return 0 or -errno.
 */
#ifndef DCSTACK_DCSTACK_H
#define DCSTACK_DCSTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library: threads that all connections share, started with the first. */
struct dc_library_options {
	unsigned executors; /* 0: chosen by the number of processors */
	unsigned workers;
};
int dc_library_start(const struct dc_library_options *options); /* optional; NULL: defaults */
/* Waits until the last object is gone and every thread has ended; timeout_ms UINT_MAX: as long as
 * it takes. -ETIMEDOUT: something is alive (dc_library_alive says what). -EDEADLK from within a
 * callback. */
int dc_library_cleanup(unsigned timeout_ms);
/* Of all objects that are alive: how many references to those of a class each holder has. */
void dc_library_alive(void (*visit)(void *user, const char *class_name, const char *holder,
				    unsigned references),
		      void *user);

struct dc_connection;
struct dc_channel;

enum dc_state {
	DC_NEW,
	DC_CONNECTING,
	DC_CONNECTED,
	DC_DISCONNECTED, /* the peer does not answer at the moment */
	DC_FAILED,
	DC_CLOSED, /* by us or by the peer */
};

struct dc_server;

struct dc_config {
	/* The connection has the sockets of this server, and none of its own: what is said here of
	 * addresses, ports and STUN servers does not count then (no_udp, no_tcp do). NULL: none.
	 * See server.h. */
	struct dc_server *server;
	const char *bind_address;      /* gather on this IP only; NULL: on all interfaces */
	uint16_t port_begin, port_end; /* of host candidates, both included; 0: any */
	/* "host:port", "host", "[IPv6]:port"; the port is 3478 if none is given. Where it does not
	 * answer, candidates are complete 3.5 s later. */
	const char *stun_server;
	const char *mdns_interface; /* IP of the interface for queries of .local names */
	bool no_ipv6, no_udp, no_tcp;
	bool loopback;		 /* also on loopback interfaces where there are others */
	bool trickle;		 /* candidates come later, through on_candidate */
	size_t max_message_size; /* that we accept; 0: 262144 */
};

/* What can be known of a configuration before anything is bound or looked up. -EINVAL: what (may be
 * NULL) says why, as in "the STUN server is not host:port". */
int dc_config_check(const struct dc_config *config, const char **ret_what);

/* config NULL: defaults; it has to pass dc_config_check. An address that is none of this machine's,
 * or a port that is taken, shows later: no description, and DC_FAILED. The caller's reference ends
 * with dc_connection_destroy. -EINVAL, -ENOMEM, -EAGAIN where a thread cannot be started;
 * -ENOTCONN on a server that is closed. */
int dc_connection_create(const struct dc_config *config, struct dc_connection **ret_connection);
/* Closes if need be, resets all callbacks of the connection (not those of its channels), ends the
 * reference. NULL: nothing. */
void dc_connection_destroy(struct dc_connection *connection);

/* One-shot: a description for the peer, or NULL and why there is none (-ECANCELED: closed before).
 * Without trickle it holds all candidates and so comes when these are gathered. These functions
 * return -EALREADY if there is one, -EINVAL if it is not its turn, -ENOTCONN on a connection that
 * ends. */
typedef void (*dc_description_fn)(struct dc_connection *connection, const char *sdp, int error,
				  void *user);
int dc_connection_offer(struct dc_connection *connection, dc_description_fn fn, void *user);
/* After an offer was set by dc_connection_set_remote. */
int dc_connection_answer(struct dc_connection *connection, dc_description_fn fn, void *user);
/* An offer where none was made here, else the answer. -EINVAL: what (may be NULL) then says why. */
int dc_connection_set_remote(struct dc_connection *connection, const char *sdp, char *ret_what,
			     size_t what_size);
/* "candidate:..."; NULL or "": there are no more. It may come before the description it belongs to,
 * and is kept until dc_connection_set_remote. 0 for one that is of no use here, -EINVAL if it is
 * malformed. */
int dc_connection_add_candidate(struct dc_connection *connection, const char *candidate);

/* One that is set before the offer or the answer misses none; a later one can ask for
 * dc_connection_state. */
typedef void (*dc_state_fn)(struct dc_connection *connection, enum dc_state state, void *user);
void dc_connection_on_state(struct dc_connection *connection, dc_state_fn fn, void *user);
/* NULL: that was the last. Without trickle they are in the description only. Set it before the
 * offer or the answer: candidates are not told again. */
typedef void (*dc_candidate_fn)(struct dc_connection *connection, const char *candidate,
				void *user);
void dc_connection_on_candidate(struct dc_connection *connection, dc_candidate_fn fn, void *user);
/* The peer opened a channel. The callee gets a reference: dc_channel_destroy. Where no function is
 * set the channel is closed again. */
typedef void (*dc_channel_fn)(struct dc_connection *connection, struct dc_channel *channel,
			      void *user);
void dc_connection_on_channel(struct dc_connection *connection, dc_channel_fn fn, void *user);

/* One-shot: everything of the connection is released, its sockets are closed. */
typedef void (*dc_closed_fn)(struct dc_connection *connection, void *user);
/* Abrupt, as in a browser: what is queued is not sent; the peer is told (ABORT, close_notify). fn
 * may be NULL. -EALREADY if somebody else waits; on one that is closed fn comes at once. */
int dc_connection_close(struct dc_connection *connection, dc_closed_fn fn, void *user);
/* All that destroy resets, one after the other: who waits for a description or for the close is not
 * told. Waits for a running one, as above. Neither close nor destroy needs it before; where two
 * callbacks do it to each other's connection, both wait for ever. */
void dc_connection_reset_callbacks(struct dc_connection *connection);

enum dc_state dc_connection_state(const struct dc_connection *connection);
/* "udp 127.0.0.1:1234 host > 127.0.0.1:4321 prflx", or "" while no pair is selected. */
void dc_connection_path(const struct dc_connection *connection, char *text, size_t size);

struct dc_channel_options {
	const char *label;    /* NULL: "" */
	const char *protocol; /* NULL: "" */
	bool unordered;
	enum dc_reliability { DC_RELIABLE, DC_MAX_RETRANSMITS, DC_MAX_LIFETIME_MS } reliability;
	unsigned limit;	 /* retransmissions or milliseconds */
	bool negotiated; /* both sides open it with the same id: no DCEP */
	uint16_t id;	 /* of a negotiated one */
};

/* The caller's reference ends with dc_channel_destroy. Before or after the connection is made.
 * options NULL: defaults. -EINVAL, -ENOTCONN on a connection that ends, -ENOSPC above 512. An id
 * that is taken closes the channel. */
int dc_channel_open(struct dc_connection *connection, const struct dc_channel_options *options,
		    struct dc_channel **ret_channel);
void dc_channel_destroy(struct dc_channel *channel); /* closes if need be; NULL: nothing */

enum dc_kind { DC_TEXT, DC_BINARY };
/* Queues a copy. -ENOTCONN unless the channel is open (or opening: sent then), -EMSGSIZE above what
 * the peer accepts (65536 until he has said it), -ENOMEM. */
int dc_channel_send(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size);
size_t dc_channel_buffered(const struct dc_channel *channel); /* bytes given and not yet sent */
/* Can a message leave now? The channel is open, and its connection is connected. */
bool dc_channel_is_ready(const struct dc_channel *channel);
size_t dc_channel_message_max(const struct dc_channel *channel); /* above it is -EMSGSIZE */
/* After all that was sent, the stream is reset (RFC 8831 section 6.7); on_closed follows, at the
 * latest ten seconds later. */
void dc_channel_close(struct dc_channel *channel);

/* Neither can be missed: where the channel is or was open, or is closed, by the time that
 * its function is set, this is called soon. */
typedef void (*dc_event_fn)(struct dc_channel *channel, void *user);
typedef void (*dc_message_fn)(struct dc_channel *channel, enum dc_kind kind, const void *data,
			      size_t size, void *user);
void dc_channel_on_open(struct dc_channel *channel, dc_event_fn fn, void *user);   /* one-shot */
void dc_channel_on_closed(struct dc_channel *channel, dc_event_fn fn, void *user); /* one-shot */
/*
 * None is lost before the first call: messages are kept for it, up to the channel's end. Who wants
 * none sets NULL: what is kept, and all that comes while no function is set, is dropped. All that a
 * connection keeps for its user is bounded: beyond 4 MiB its peer has to wait, on all channels.
 */
void dc_channel_on_message(struct dc_channel *channel, dc_message_fn fn, void *user);
/* buffered fell from above threshold to threshold or below. */
void dc_channel_on_low(struct dc_channel *channel, size_t threshold, dc_event_fn fn, void *user);

const char *dc_channel_label(const struct dc_channel *channel);
const char *dc_channel_protocol(const struct dc_channel *channel);
int dc_channel_id(const struct dc_channel *channel); /* -ENOTCONN while it has none */

#ifdef __cplusplus
}
#endif

#endif
