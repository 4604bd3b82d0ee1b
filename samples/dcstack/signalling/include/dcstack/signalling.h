/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signalling: a connected stream socket over which a connection and its peer's find each other,
 * with another of these objects at the other end, or with a server between that passes on what
 * comes.
 *
 * Each message is a letter and a text, behind their length in two bytes (network order):
 * D description, C candidate (no text: there are no more), G goodbye. Other bytes end it.
 *
 * Threads: every function may be called on any thread, also from within a callback.
 */
#ifndef DCSTACK_SIGNALLING_H
#define DCSTACK_SIGNALLING_H

#include <dcstack/dcstack.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dc_signalling;

typedef void (*dc_signalling_fn)(struct dc_signalling *signalling, void *user);
/* Both are one-shot and may be NULL; they come one at a time, on a worker. */
struct dc_signalling_options {
	bool offers;		    /* this end's connection makes the offer */
	dc_signalling_fn on_open;   /* the other end was heard */
	dc_signalling_fn on_closed; /* the descriptor is closed */
	void *user;
};

/*
 * Takes fd, unless it fails. From here until it is closed the connection's on_candidate and its
 * description are the signalling's: the caller does not set them, and does not destroy the
 * connection before dc_signalling_close was called. The caller's reference ends with
 * dc_signalling_destroy; the connection is kept until then, and until fd is closed. -EBADF,
 * -ENOMEM, -EAGAIN, and as dc_connection_offer.
 */
int dc_signalling_open(int fd, struct dc_connection *connection,
		       const struct dc_signalling_options *options,
		       struct dc_signalling **ret_signalling);

/*
 * Says goodbye to the other end and awaits its goodbye, for two seconds at most; then the
 * descriptor is closed, and on_closed follows. What comes meanwhile is not passed on to the
 * connection any more. It is closed as well when the other end says goodbye first, or breaks off.
 * Does not wait itself. -EALREADY if it closes already.
 */
int dc_signalling_close(struct dc_signalling *signalling);

/* Closes if need be; calls back no more. NULL: nothing. */
void dc_signalling_destroy(struct dc_signalling *signalling);

#ifdef __cplusplus
}
#endif

#endif
