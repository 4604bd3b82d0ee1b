/* SPDX-License-Identifier: Apache-2.0 */
#include "negotiation.h"

#include "connection.h"
#include "owner.h"
#include <errno.h>
#include <run/fault.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <track/track.h>

struct found_event {
	struct event event;
	struct dc_connection *connection;
	bool is_last;
	char line[CANDIDATE_LINE_MAX];
};

struct remote_job {
	struct job job;
	struct dc_connection *connection;
	enum sdp_type type;
	struct sdp sdp;
};

struct candidate_job {
	struct job job;
	struct dc_connection *connection;
	struct candidate *candidate; /* NULL: there are no more */
};

/* Events, on the strand. */

static void deliver_described(struct event *event)
{
	struct dc_connection *connection =
		OWNER_OF(event, struct dc_connection, negotiation.described);
	struct negotiation *negotiation = &connection->negotiation;

	callback_fire(&negotiation->on_description, dc_description_fn, connection,
		      negotiation->text, negotiation->error);
	free(negotiation->text);
}

static void deliver_found(struct event *event)
{
	struct found_event *found = OWNER_OF(event, struct found_event, event);

	callback_fire(&found->connection->negotiation.on_candidate, dc_candidate_fn,
		      found->connection, found->is_last ? NULL : found->line);
	free(found);
}

/* On the executor: our description. */

static void tell_description(struct dc_connection *connection, char *text, int error)
{
	struct negotiation *negotiation = &connection->negotiation;

	negotiation->is_wanted = false;
	sdp_finish(&negotiation->local);
	negotiation->text = text;
	negotiation->error = error;
	if (!error || !fault_on(FAULT_CLOSE_WHILE_NEGOTIATING))
		events_collect(&connection->events, &negotiation->described);
	connection_settle(connection);
}

static void make_description(struct dc_connection *connection)
{
	struct negotiation *negotiation = &connection->negotiation;
	char *text;

	negotiation->local.end_of_candidates = negotiation->is_gathered;
	text = sdp_format(&negotiation->local, negotiation->type);
	tell_description(connection, text, text ? 0 : -ENOMEM);
}

static int fill_description(struct dc_connection *connection)
{
	const struct transport *transport = &connection->transport;
	struct sdp *local = &connection->negotiation.local;

	if (getrandom(&local->session_id, sizeof(local->session_id), 0) !=
	    sizeof(local->session_id))
		return -EIO;
	local->session_id >>= 2; /* RFC 8829 section 5.2.1: the two highest bits are zero */
	snprintf(local->ufrag, sizeof(local->ufrag), "%s", agent_local_ufrag(transport->agent));
	snprintf(local->password, sizeof(local->password), "%s",
		 agent_local_password(transport->agent));
	snprintf(local->fingerprint_algorithm, sizeof(local->fingerprint_algorithm), "sha-256");
	snprintf(local->fingerprint, sizeof(local->fingerprint), "%s",
		 certificate_fingerprint(transport->certificate));
	local->sctp_port = SCTP_DEFAULT_PORT;
	local->max_message_size = connection->config.max_message_size;
	local->trickle = true;
	return 0;
}

/* RFC 8842 section 5.2: an offer leaves the roles open. */
static void run_describe(struct job *job)
{
	struct dc_connection *connection =
		OWNER_OF(job, struct dc_connection, negotiation.describe);
	struct negotiation *negotiation = &connection->negotiation;
	bool is_offer = negotiation->type == SDP_OFFER;
	int error;

	if (connection->end != CONNECTION_ALIVE) {
		tell_description(connection, NULL, connection->error);
		return;
	}
	negotiation->is_wanted = true;
	if (is_offer) {
		snprintf(negotiation->local.mid, sizeof(negotiation->local.mid), "0");
		negotiation->local.setup = SDP_ACTPASS;
		negotiation->local.bundle = true;
	}
	agent_set_controlling(connection->transport.agent, is_offer || negotiation->remote_is_lite);
	error = fill_description(connection);
	if (!error)
		error = agent_gather(connection->transport.agent);
	if (error) {
		connection_end(connection, DC_FAILED, error);
		return;
	}
	if (!is_offer)
		connection_set_state(connection, DC_CONNECTING);
	if (connection->config.trickle)
		make_description(connection);
}

static void tell_found(struct dc_connection *connection, const struct candidate *candidate)
{
	struct found_event *found;

	if (!connection->config.trickle)
		return;
	found = malloc(sizeof(*found));
	if (!found)
		return;
	*found = (struct found_event){
		.event.deliver = deliver_found, .connection = connection, .is_last = !candidate};
	if (candidate && candidate_format(candidate, found->line, sizeof(found->line)) < 0) {
		free(found);
		return;
	}
	events_collect(&connection->events, &found->event);
	connection_settle(connection);
}

void negotiation_found(struct dc_connection *connection, const struct candidate *candidate)
{
	struct sdp *local = &connection->negotiation.local;

	tell_found(connection, candidate);
	if (!connection->negotiation.is_wanted || local->candidate_count == SDP_CANDIDATES_MAX)
		return;
	candidate_retain((struct candidate *)candidate, "sdp");
	local->candidates[local->candidate_count++] = (struct candidate *)candidate;
}

void negotiation_gathered(struct dc_connection *connection)
{
	connection->negotiation.is_gathered = true;
	tell_found(connection, NULL);
	if (connection->negotiation.is_wanted)
		make_description(connection);
}

void negotiation_finish(struct dc_connection *connection, int error)
{
	if (connection->negotiation.is_wanted && !fault_on(FAULT_CLOSE_WHILE_CONNECTING))
		tell_description(connection, NULL, error);
}

/* On the executor: the peer's description. */

/* RFC 8842 section 5.3: who may choose becomes the client. */
static enum dtls_role role_opposite(enum sdp_setup remote)
{
	return remote == SDP_ACTIVE ? DTLS_SERVER : DTLS_CLIENT;
}

static size_t message_max(const struct sdp *remote)
{
	if (!remote->max_message_size || remote->max_message_size > SIZE_MAX)
		return SIZE_MAX;
	return (size_t)remote->max_message_size;
}

static void apply(struct dc_connection *connection, enum sdp_type type, const struct sdp *remote)
{
	struct negotiation *negotiation = &connection->negotiation;
	struct agent *agent = connection->transport.agent;
	enum dtls_role role = role_opposite(remote->setup);
	int error = agent_set_remote_credentials(agent, remote->ufrag, remote->password);

	if (error) {
		connection_end(connection, DC_FAILED, error);
		return;
	}
	for (size_t i = 0; i < remote->candidate_count; i++)
		agent_add_remote(agent, remote->candidates[i]);
	if (remote->end_of_candidates || negotiation->remote_is_complete)
		agent_remote_complete(agent);
	negotiation->has_remote = true;
	negotiation->remote_is_lite = remote->lite;
	memcpy(negotiation->local.mid, remote->mid, sizeof(remote->mid));
	negotiation->local.bundle = remote->bundle;
	negotiation->local.setup = role == DTLS_CLIENT ? SDP_ACTIVE : SDP_PASSIVE;
	atomic_store(&connection->message_max, message_max(remote));
	transport_describe(connection, role, remote);
	if (type == SDP_ANSWER)
		connection_set_state(connection, DC_CONNECTING);
}

static void run_remote(struct job *job)
{
	struct remote_job *remote = OWNER_OF(job, struct remote_job, job);

	if (remote->connection->end == CONNECTION_ALIVE)
		apply(remote->connection, remote->type, &remote->sdp);
	sdp_finish(&remote->sdp);
	free(remote);
}

static void run_candidate(struct job *job)
{
	struct candidate_job *told = OWNER_OF(job, struct candidate_job, job);
	struct dc_connection *connection = told->connection;

	if (connection->end == CONNECTION_ALIVE) {
		if (told->candidate)
			agent_add_remote(connection->transport.agent, told->candidate);
		else if (connection->negotiation.has_remote)
			agent_remote_complete(connection->transport.agent);
		else
			connection->negotiation.remote_is_complete = true;
	}
	candidate_release(told->candidate, "trickle");
	free(told);
}

void negotiation_init(struct negotiation *negotiation, struct track_subject owner)
{
	callback_init(&negotiation->on_description, "on_description", CALLBACK_ONE_SHOT, owner);
	callback_init(&negotiation->on_candidate, "on_candidate", CALLBACK_PERSISTENT, owner);
	negotiation->describe.run = run_describe;
	negotiation->described.deliver = deliver_described;
}

void negotiation_destroy(struct negotiation *negotiation)
{
	callback_finish(&negotiation->on_description);
	callback_finish(&negotiation->on_candidate);
}

/* The public functions, on any thread. */

static int advance(struct dc_connection *connection, enum signaling from, enum signaling to)
{
	struct negotiation *negotiation = &connection->negotiation;
	int error = 0;

	if (atomic_load(&connection->closing))
		return connection_refuse(connection);
	pthread_mutex_lock(&connection->lock);
	if (negotiation->signaling == from)
		negotiation->signaling = to;
	else
		error = negotiation->signaling > from ? -EALREADY : -EINVAL;
	pthread_mutex_unlock(&connection->lock);
	return error;
}

static int describe(struct dc_connection *connection, enum sdp_type type, dc_description_fn fn,
		    void *user)
{
	struct negotiation *negotiation = &connection->negotiation;

	negotiation->type = type;
	callback_set(&negotiation->on_description, (callback_fn)fn, user);
	inbox_put(&connection->inbox, &negotiation->describe);
	return 0;
}

int dc_connection_offer(struct dc_connection *connection, dc_description_fn fn, void *user)
{
	int error = fn ? advance(connection, SIGNALING_NEW, SIGNALING_OFFERED) : -EINVAL;

	return error ? error : describe(connection, SDP_OFFER, fn, user);
}

int dc_connection_answer(struct dc_connection *connection, dc_description_fn fn, void *user)
{
	int error = fn ? advance(connection, SIGNALING_OFFER_SET, SIGNALING_DONE) : -EINVAL;

	return error ? error : describe(connection, SDP_ANSWER, fn, user);
}

static int read_remote(const char *text, struct sdp *ret_sdp, char *what, size_t what_size)
{
	const char *reason = "";
	unsigned line = 0;
	int error = sdp_parse(text, ret_sdp, &line, &reason);

	if (error && what && line)
		snprintf(what, what_size, "line %u: %s", line, reason);
	else if (error && what)
		snprintf(what, what_size, "%s", reason);
	return error;
}

static int accept_remote(struct dc_connection *connection, struct remote_job *remote, char *what,
			 size_t what_size)
{
	bool is_answer;

	pthread_mutex_lock(&connection->lock);
	is_answer = connection->negotiation.signaling == SIGNALING_OFFERED;
	pthread_mutex_unlock(&connection->lock);
	remote->type = is_answer ? SDP_ANSWER : SDP_OFFER;
	if (!is_answer)
		return advance(connection, SIGNALING_NEW, SIGNALING_OFFER_SET);
	if (remote->sdp.setup != SDP_ACTPASS)
		return advance(connection, SIGNALING_OFFERED, SIGNALING_DONE);
	if (what)
		snprintf(what, what_size, "an answer has to choose its role in DTLS");
	return -EINVAL;
}

int dc_connection_set_remote(struct dc_connection *connection, const char *sdp, char *ret_what,
			     size_t what_size)
{
	struct remote_job *remote = malloc(sizeof(*remote));
	int error;

	if (!remote)
		return -ENOMEM;
	*remote = (struct remote_job){.job.run = run_remote, .connection = connection};
	error = read_remote(sdp, &remote->sdp, ret_what, what_size);
	if (error) {
		free(remote);
		return error;
	}
	error = accept_remote(connection, remote, ret_what, what_size);
	if (error) {
		sdp_finish(&remote->sdp);
		free(remote);
		return error;
	}
	inbox_put(&connection->inbox, &remote->job);
	return 0;
}

/* One that is of no use here, as of a transport that we do not know, is no error. */
static int read_candidate(struct dc_connection *connection, const char *text,
			  struct candidate **ret_candidate)
{
	struct candidate *candidate;
	int error = candidate_create("trickle", &candidate);

	if (error)
		return error;
	track_own(track_scope(connection), track_object(candidate));
	error = candidate_parse(text, candidate);
	if (error) {
		if (!fault_on(FAULT_MISSING_DECREASE))
			candidate_release(candidate, "trickle");
		return error;
	}
	*ret_candidate = candidate;
	return 0;
}

int dc_connection_add_candidate(struct dc_connection *connection, const char *candidate)
{
	struct candidate_job *told;
	int error = 0;

	if (atomic_load(&connection->closing))
		return connection_refuse(connection);
	told = malloc(sizeof(*told));
	if (!told)
		return -ENOMEM;
	*told = (struct candidate_job){.job.run = run_candidate, .connection = connection};
	if (candidate && *candidate)
		error = read_candidate(connection, candidate, &told->candidate);
	if (error) {
		free(told);
		return error == -EPROTONOSUPPORT ? 0 : error;
	}
	inbox_put(&connection->inbox, &told->job);
	return 0;
}

void dc_connection_on_candidate(struct dc_connection *connection, dc_candidate_fn fn, void *user)
{
	callback_set(&connection->negotiation.on_candidate, (callback_fn)fn, user);
}
