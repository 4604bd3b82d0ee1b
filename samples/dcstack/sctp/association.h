/* SPDX-License-Identifier: Apache-2.0 */
/* An association from within: sctp.c makes and ends it, reader.c and sender.c do what they say. */
#ifndef SCTP_ASSOCIATION_H
#define SCTP_ASSOCIATION_H

#include "stack.h"
#include <run/task.h>
#include <sctp/sctp.h>
/* After ours. */
#include <usrsctp.h>
#undef SCTP_CLOSED /* a state of its sockets, which we never ask for */

struct sctp {
	struct member member;
	struct sctp_config config;
	struct sctp_events events;
	void *user;
	enum sctp_state state;
	struct socket *socket; /* NULL: ended */
	struct task *reader;
	bool paused;
	bool blocked;	   /* a send said -EAGAIN */
	bool starved;	   /* usrsctp had no memory for a message: the association ends */
	bool more;	   /* Nagle's rule is on */
	bool unfinished;   /* usrsctp has only the beginning of a message */
	bool reset_wanted; /* of its stream, at its end */
	uint16_t unfinished_stream;
	bool destroyed; /* from within an event: the reader's drop frees it */
	struct {
		uint8_t *data;
		size_t size, room;
		struct sctp_rcvinfo info;
		bool whole; /* waits for the notification behind it */
	} message;	    /* that is being put together */
};

/* Spawned once, woken by what usrsctp tells; drop frees the association. */
extern const struct task_class reader_class;

/* Aborts and closes the socket. Does not tell. */
void association_end(struct sctp *sctp);

#endif
