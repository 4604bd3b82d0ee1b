/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers of a connection, wired to each other: ICE agent, DTLS over its selected pair, SCTP in
 * that. On the executor only.
 */
#ifndef PEER_TRANSPORT_H
#define PEER_TRANSPORT_H

#include <dtls/dtls.h>
#include <ice/agent.h>
#include <sctp/sctp.h>
#include <sdp/sdp.h>

struct dc_connection;

/* DTLS that comes before our side of ICE has selected a pair. */
enum { TRANSPORT_EARLY_MAX = 8 };

struct transport {
	struct certificate *certificate;
	struct agent *agent;
	struct dtls *dtls;
	struct sctp *sctp;

	/* Of the descriptions. */
	bool is_described;
	enum dtls_role role;
	char remote_algorithm[16];
	char remote_fingerprint[256];
	uint16_t remote_port;

	struct early {
		uint8_t *data;
		size_t size;
	} early[TRANSPORT_EARLY_MAX];
	unsigned early_count;
};

/* Certificate and agent. -errno of theirs. */
int transport_start(struct dc_connection *connection);
/* Both descriptions are known: which part we play, and what the peer's says. */
void transport_describe(struct dc_connection *connection, enum dtls_role role,
			const struct sdp *remote);
/* Ends SCTP and DTLS; what they tell the peer leaves at the end of the round. */
void transport_hang_up(struct dc_connection *connection);
/* Ends the rest: sockets are closed. */
void transport_finish(struct dc_connection *connection);

#endif
