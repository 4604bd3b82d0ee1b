/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SCTP association (RFC 9260) over DTLS (RFC 8261), by usrsctp. On its executor only. Messages
 * of any size are cut and put together here. Events are told from the executor; send may be told at
 * once, and must not call back here; the others never from within a call of one of these functions.
 */
#ifndef SCTP_SCTP_H
#define SCTP_SCTP_H

#include <run/executor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sctp_state { SCTP_NEW, SCTP_CONNECTING, SCTP_CONNECTED, SCTP_CLOSED };
enum {
	SCTP_STREAMS_MAX = 1024,
	SCTP_DEFAULT_PORT = 5000,
	SCTP_PACKET_MAX = 1150,
	SCTP_ATTEMPTS_MAX = 10 /* RFC 9260 section 16: Association.Max.Retrans */
};

/* PPIDs (RFC 8831 section 8). */
enum {
	PPID_DCEP = 50,
	PPID_STRING = 51,
	PPID_BINARY = 53,
	PPID_STRING_EMPTY = 56,
	PPID_BINARY_EMPTY = 57
};

struct sctp_config {
	struct executor *executor;
	uint16_t local_port, remote_port;
	size_t receive_max_bytes; /* a message above ends the association; RFC 8841: what we
				     announced */
	unsigned attempts_max;	  /* a peer that does not answer that many in a row is gone; the
				     first after 200 ms or more, each after twice the time,
				     3 s at most; 0: SCTP_ATTEMPTS_MAX, some 20 s */
};

struct sctp_events {
	void (*send)(void *user, const uint8_t *packet, size_t size); /* into DTLS */
	void (*state)(void *user, enum sctp_state state);
	void (*receive)(void *user, uint16_t stream, uint32_t ppid, const uint8_t *data,
			size_t size);
	void (*writable)(void *user); /* after a send said -EAGAIN */
	void (*stream_reset)(void *user,
			     uint16_t stream); /* the peer has reset its outgoing stream */
	/* Ours is reset, or (-ECONNREFUSED) the peer does not want to. May be NULL. */
	void (*reset_done)(void *user, uint16_t stream, int error);
};

struct sctp_message {
	uint16_t stream;
	uint32_t ppid;
	bool unordered;
	int max_retransmits; /* -1: no limit */
	int max_lifetime_ms; /* -1: no limit; at most one of the two (RFC 3758, RFC 7496) */
	const uint8_t *data;
	size_t size; /* not 0 */
	bool more;   /* another is sent right after this one: they may share a packet */
};

struct sctp;

int sctp_create(const struct sctp_config *config, const struct sctp_events *events, void *user,
		struct sctp **ret_sctp);
/* Aborts what is open: an ABORT chunk goes out through send. After it no event is told. NULL:
 * nothing. */
void sctp_destroy(struct sctp *sctp);

int sctp_connect(struct sctp *sctp);
void sctp_input(struct sctp *sctp, const uint8_t *packet, size_t size);
/* Takes some of the message, from offset on, and says in ret_taken how far it came in all: call
 * again with that offset when writable. 0 if it is complete, -EAGAIN if not; -ENOTCONN; -EINVAL. No
 * other message may be begun before. */
int sctp_send(struct sctp *sctp, const struct sctp_message *message, size_t offset,
	      size_t *ret_taken);
/* Stop and resume reading: a slow receiver closes its window. */
void sctp_pause(struct sctp *sctp, bool paused);
/* RFC 6525: reset our outgoing stream, after what was sent on it and after resets that go on. A
 * send on it says -EAGAIN until that is done. -EOPNOTSUPP where the peer cannot; -ENOTCONN;
 * -EINVAL. */
int sctp_reset_stream(struct sctp *sctp, uint16_t stream);
enum sctp_state sctp_state(const struct sctp *sctp);

/* usrsctp is started with the first association and ended after the last. */

#endif
