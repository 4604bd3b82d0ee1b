/* SPDX-License-Identifier: Apache-2.0 */
#include "transport.h"

#include "connection.h"
#include "protocol.h"
#include "server.h"
#include <errno.h>
#include <stdio.h>

/* SCTP, in DTLS. */

static void sctp_told_send(void *user, const uint8_t *packet, size_t size)
{
	struct dc_connection *connection = user;

	/* What cannot leave is lost, and sent again by SCTP. */
	dtls_send(connection->transport.dtls, packet, size);
}

static void sctp_told_state(void *user, enum sctp_state state)
{
	struct dc_connection *connection = user;

	switch (state) {
	case SCTP_NEW:
	case SCTP_CONNECTING:
		break;
	case SCTP_CONNECTED:
		connection->is_up = true;
		connection_set_state(connection, DC_CONNECTED);
		protocol_connected(connection);
		break;
	case SCTP_CLOSED:
		connection_end(connection, connection->is_up ? DC_CLOSED : DC_FAILED, -ECONNRESET);
		break;
	}
}

static void sctp_told_receive(void *user, uint16_t stream, uint32_t ppid, const uint8_t *data,
			      size_t size)
{
	protocol_receive(user, stream, ppid, data, size);
}

static void sctp_told_writable(void *user)
{
	struct dc_connection *connection = user;

	connection->outbox.blocked = false;
	connection_settle(connection);
}

static void sctp_told_reset(void *user, uint16_t stream)
{
	protocol_reset(user, stream);
}

static void sctp_told_reset_done(void *user, uint16_t stream, int error)
{
	protocol_reset_done(user, stream, error);
}

static int start_sctp(struct dc_connection *connection)
{
	static const struct sctp_events events = {
		.send = sctp_told_send,
		.state = sctp_told_state,
		.receive = sctp_told_receive,
		.writable = sctp_told_writable,
		.stream_reset = sctp_told_reset,
		.reset_done = sctp_told_reset_done,
	};
	struct transport *transport = &connection->transport;
	struct sctp_config config = {
		.executor = connection->executor,
		.local_port = SCTP_DEFAULT_PORT,
		.remote_port = transport->remote_port,
		.receive_max_bytes = connection->config.max_message_size,
	};
	int error = sctp_create(&config, &events, connection, &transport->sctp);

	if (error)
		return error;
	track_own(track_scope(connection), track_scope(transport->sctp));
	return sctp_connect(transport->sctp);
}

/* DTLS, over the selected pair. */

static void dtls_told_send(void *user, const uint8_t *datagram, size_t size)
{
	struct dc_connection *connection = user;

	agent_send(connection->transport.agent, datagram, size);
}

static void dtls_told_receive(void *user, const uint8_t *data, size_t size)
{
	struct dc_connection *connection = user;

	if (connection->transport.sctp)
		sctp_input(connection->transport.sctp, data, size);
}

static void dtls_told_state(void *user, enum dtls_state state)
{
	struct dc_connection *connection = user;
	int error = 0;

	switch (state) {
	case DTLS_NEW:
	case DTLS_CONNECTING:
		break;
	case DTLS_CONNECTED:
		error = start_sctp(connection);
		break;
	case DTLS_CLOSED:
		connection_end(connection, DC_CLOSED, -ECONNRESET);
		break;
	case DTLS_FAILED:
		error = -ECONNABORTED;
		break;
	}
	if (error)
		connection_end(connection, DC_FAILED, error);
}

static int create_dtls(struct dc_connection *connection, const struct sdp *remote)
{
	static const struct dtls_events events = {
		.send = dtls_told_send,
		.receive = dtls_told_receive,
		.state = dtls_told_state,
	};
	const char *others[SDP_OTHER_FINGERPRINTS_MAX + 1] = {NULL};
	struct transport *transport = &connection->transport;
	struct dtls_config config = {
		.executor = connection->executor,
		.role = transport->role,
		.certificate = transport->certificate,
		.remote_algorithm = remote->fingerprint_algorithm,
		.remote_fingerprint = remote->fingerprint,
		.other_fingerprints = others,
	};
	int error;

	for (unsigned i = 0; i < remote->other_fingerprint_count; i++)
		others[i] = remote->other_fingerprints[i];
	error = dtls_create(&config, &events, connection, &transport->dtls);
	if (!error)
		track_own(track_scope(connection), track_scope(transport->dtls));
	return error;
}

/* What the peer sends before our side of ICE has come so far, DTLS keeps for its start. */
static void try_dtls(struct dc_connection *connection)
{
	struct transport *transport = &connection->transport;
	const struct candidate *local, *remote;
	int error;

	if (connection->end != CONNECTION_ALIVE || !transport->dtls ||
	    dtls_state(transport->dtls) != DTLS_NEW ||
	    agent_state(transport->agent) != AGENT_CONNECTED)
		return;
	agent_selected(transport->agent, &local, &remote);
	error = dtls_start(transport->dtls, local ? (struct object *)&local->object : NULL);
	if (error)
		connection_end(connection, DC_FAILED, error);
}

/* The ICE agent. */

static void format_address(const struct candidate *candidate, char *text, size_t size)
{
	static const char *const types[] = {
		[CANDIDATE_HOST] = "host",
		[CANDIDATE_PRFLX] = "prflx",
		[CANDIDATE_SRFLX] = "srflx",
		[CANDIDATE_RELAY] = "relay",
	};
	char ip[ADDRESS_TEXT_SIZE];
	bool v6 = address_family(&candidate->address) == AF_INET6;

	address_format(&candidate->address, ip);
	snprintf(text, size, "%s%s%s:%u %s", v6 ? "[" : "", ip, v6 ? "]" : "",
		 address_port(&candidate->address), types[candidate->type]);
}

static void set_path(struct dc_connection *connection, const char *path)
{
	pthread_mutex_lock(&connection->lock);
	snprintf(connection->path, sizeof(connection->path), "%s", path);
	pthread_mutex_unlock(&connection->lock);
}

static void update_path(struct dc_connection *connection)
{
	const struct candidate *local, *remote;
	char path[PATH_TEXT_SIZE] = "", from[PATH_TEXT_SIZE / 2 - 4], to[PATH_TEXT_SIZE / 2 - 4];

	agent_selected(connection->transport.agent, &local, &remote);
	if (local && remote) {
		format_address(local, from, sizeof(from));
		format_address(remote, to, sizeof(to));
		snprintf(path, sizeof(path), "%s %s > %s",
			 local->transport == CANDIDATE_UDP ? "udp" : "tcp", from, to);
	}
	set_path(connection, path);
}

static void agent_told_candidate(void *user, const struct candidate *candidate)
{
	negotiation_found(user, candidate);
}

static void agent_told_gathered(void *user)
{
	negotiation_gathered(user);
}

static void agent_told_state(void *user, enum agent_state state)
{
	struct dc_connection *connection = user;

	update_path(connection);
	switch (state) {
	case AGENT_NEW:
	case AGENT_CHECKING:
	case AGENT_CLOSED:
		break;
	case AGENT_CONNECTED:
		if (connection->is_up)
			connection_set_state(connection, DC_CONNECTED);
		try_dtls(connection);
		break;
	case AGENT_DISCONNECTED:
		if (connection->is_up)
			connection_set_state(connection, DC_DISCONNECTED);
		break;
	case AGENT_FAILED:
		connection_end(connection, DC_FAILED, -EHOSTUNREACH);
		break;
	}
}

static void agent_told_receive(void *user, const uint8_t *data, size_t size)
{
	struct dc_connection *connection = user;

	if (connection->transport.dtls)
		dtls_input(connection->transport.dtls, data, size);
}

struct agent_config transport_agent_config(const struct dc_config *config)
{
	return (struct agent_config){
		.bind_address = config->bind_address,
		.port_begin = config->port_begin,
		.port_end = config->port_end,
		.no_ipv6 = config->no_ipv6,
		.no_udp = config->no_udp,
		.no_tcp = config->no_tcp,
		.loopback = config->loopback,
		.stun_server = config->stun_server,
		.mdns_interface = config->mdns_interface,
	};
}

int transport_start(struct dc_connection *connection)
{
	static const struct agent_events events = {
		.candidate = agent_told_candidate,
		.gathered = agent_told_gathered,
		.state = agent_told_state,
		.receive = agent_told_receive,
	};
	struct agent_config config = transport_agent_config(&connection->config);
	struct dc_server *server = connection->config.server;
	struct transport *transport = &connection->transport;
	int error = certificate_create(&transport->certificate);

	config.executor = connection->executor;
	if (server) {
		config.stun_server = NULL;
		config.carriers = server_carriers(server);
	}
	if (!error)
		error = agent_create(&config, &events, connection, &transport->agent);
	if (!error)
		track_own(track_scope(connection), track_scope(transport->agent));
	return error || !server ? error : server_listen(server, connection);
}

void transport_describe(struct dc_connection *connection, enum dtls_role role,
			const struct sdp *remote)
{
	struct transport *transport = &connection->transport;
	int error;

	transport->role = role;
	transport->remote_port = remote->sctp_port;
	error = create_dtls(connection, remote);
	if (error)
		connection_end(connection, DC_FAILED, error);
	try_dtls(connection);
}

/* The last words, ABORT and close_notify, leave when the agent lets go of its carriers. */
void transport_finish(struct dc_connection *connection)
{
	struct transport *transport = &connection->transport;

	sctp_destroy(transport->sctp);
	if (transport->dtls)
		dtls_close(transport->dtls);
	dtls_destroy(transport->dtls);
	if (transport->is_listener)
		server_forget(connection->config.server, connection);
	agent_destroy(transport->agent);
	certificate_destroy(transport->certificate);
	*transport = (struct transport){0};
	set_path(connection, "");
}
