/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DTLS 1.2 (RFC 6347) for WebRTC (RFC 8827 section 6.5, RFC 8842): OpenSSL between two memory
 * BIOs. On its executor only. Events are told from the executor, never from within a call of one of
 * these functions, but for send, which is told at once by any, and receive, which is told by
 * dtls_input. CONNECTED comes before the first receive. From within every event all of these
 * functions may be called, dtls_destroy too.
 */
#ifndef DTLS_DTLS_H
#define DTLS_DTLS_H

#include "certificate.h"
#include <run/executor.h>
#include <stddef.h>
#include <stdint.h>

enum dtls_role { DTLS_CLIENT, DTLS_SERVER };
enum dtls_state { DTLS_NEW, DTLS_CONNECTING, DTLS_CONNECTED, DTLS_CLOSED, DTLS_FAILED };
enum { DTLS_DATAGRAM_MAX = 1200, DTLS_PAYLOAD_MAX = 1150, DTLS_FINGERPRINTS_MAX = 4 };

struct dtls_config {
	struct executor *executor;
	enum dtls_role role;
	const struct certificate *certificate;		   /* outlives the connection */
	const char *remote_algorithm, *remote_fingerprint; /* of the peer's SDP; copied */
	/* Further ones by the same algorithm, of which the peer may show any; NULL-terminated, or
	 * NULL; copied. */
	const char *const *other_fingerprints;
	unsigned handshake_ms; /* after which it fails, from dtls_start on; 0: a minute */
};

struct dtls_events {
	void (*send)(void *user, const uint8_t *datagram, size_t size);
	void (*receive)(void *user, const uint8_t *data, size_t size);
	/* CONNECTED; CLOSED: close_notify came; FAILED: handshake or alert. */
	void (*state)(void *user, enum dtls_state state);
};

struct dtls;
struct object;

/* One object. -EINVAL unless fingerprint_is_valid of each, or of more than DTLS_FINGERPRINTS_MAX;
 * -ENOMEM, -EIO if OpenSSL cannot, and as object_init. */
int dtls_create(const struct dtls_config *config, const struct dtls_events *events, void *user,
		struct dtls **ret_dtls);
/* Without a word to the peer. After it no event is told. NULL: nothing. */
void dtls_destroy(struct dtls *dtls);

/* Spawns the handshake's task, which holds the connection, and below (may be NULL), what it sends
 * through, by the name "handshake" until it is over. -EALREADY, -ENOMEM, and as object_init. */
int dtls_start(struct dtls *dtls, struct object *below);
/* One datagram. A few that come before dtls_start are kept for it. */
void dtls_input(struct dtls *dtls, const uint8_t *datagram, size_t size);
/* One record. -ENOTCONN, -EMSGSIZE above DTLS_PAYLOAD_MAX, -EINVAL for an empty one. */
int dtls_send(struct dtls *dtls, const void *data, size_t size);
/* Sends close_notify if connected; the state is then CLOSED, untold. */
void dtls_close(struct dtls *dtls);
enum dtls_state dtls_state(const struct dtls *dtls);
/* Why it failed, in a few words; NULL if it did not. */
const char *dtls_failure(const struct dtls *dtls);

#endif
