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

struct dc_config;
struct dc_connection;

struct transport {
	struct certificate *certificate;
	struct agent *agent;
	struct dtls *dtls;
	struct sctp *sctp;
	bool is_listener; /* of the server of its configuration */

	/* Of the descriptions. */
	enum dtls_role role;
	uint16_t remote_port;
};

/* What of a configuration is the agent's; strings are borrowed, the executor is missing. */
struct agent_config transport_agent_config(const struct dc_config *config);
/* Certificate and agent. -errno of theirs. */
int transport_start(struct dc_connection *connection);
/* Both descriptions are known: which part we play, and what the peer's says. */
void transport_describe(struct dc_connection *connection, enum dtls_role role,
			const struct sdp *remote);
/* Tells the peer, and ends everything: sockets are closed. */
void transport_finish(struct dc_connection *connection);

#endif
