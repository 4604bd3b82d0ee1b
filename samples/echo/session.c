/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* What a peer may have us keep that does not read what we echo. */
static const size_t unread_max = 64u << 20;

/* A channel of a session. Who takes it off the list destroys it: the last to use it, of its
 * callback and who set that, or else the end of the session. */
struct talk {
	struct talk *next;
	struct session *session;
	struct dc_channel *channel;
	bool set, closed;
};

/*
 * References: one of the list of sessions until the session is over, one of each call that works
 * on it. The last one destroys the connection, which waits for a running callback: so callbacks
 * borrow the session, and the lock is never held around what may wait.
 */
struct session {
	struct sessions *sessions;
	struct session *next;
	unsigned id;
	struct dc_connection *connection;
	long born_ms;
	/* under the lock of sessions */
	unsigned references;
	bool listed, connected, closing;
	struct talk *talks;
	session_fn fn; /* who waits to be told something, or NULL */
	void *user;
};

struct sessions {
	pthread_mutex_t lock;
	struct dc_config config;
	unsigned limit;
	/* under the lock */
	struct session *first;
	unsigned count; /* those that exist, listed or not */
	unsigned last_id;
	bool ended;
};

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void talk_destroy(struct talk *talk)
{
	dc_channel_destroy(talk->channel);
	free(talk);
}

static void session_release(struct session *session)
{
	struct sessions *sessions = session->sessions;
	pthread_mutex_lock(&sessions->lock);
	bool last = !--session->references;
	pthread_mutex_unlock(&sessions->lock);
	if (!last)
		return;
	dc_connection_destroy(session->connection); /* from here on nobody adds a channel */
	pthread_mutex_lock(&sessions->lock);
	struct talk *talks = session->talks;
	session->talks = NULL;
	pthread_mutex_unlock(&sessions->lock);
	while (talks) {
		struct talk *talk = talks;
		talks = talk->next;
		talk_destroy(talk);
	}
	free(session);
	pthread_mutex_lock(&sessions->lock);
	sessions->count--;
	pthread_mutex_unlock(&sessions->lock);
}

/* A reference, or NULL. */
static struct session *session_find(struct sessions *sessions, unsigned id)
{
	pthread_mutex_lock(&sessions->lock);
	struct session *session = sessions->first;
	while (session && session->id != id)
		session = session->next;
	if (session)
		session->references++;
	pthread_mutex_unlock(&sessions->lock);
	return session;
}

/* False: somebody was faster. */
static bool session_unlist(struct session *session)
{
	pthread_mutex_lock(&session->sessions->lock);
	bool listed = session->listed;
	session->listed = false;
	struct session **at = &session->sessions->first;
	while (*at && *at != session)
		at = &(*at)->next;
	if (*at)
		*at = session->next;
	pthread_mutex_unlock(&session->sessions->lock);
	return listed;
}

/* Puts another in place of who waits. */
static void session_swap_waiter(struct session *session, session_fn *fn, void **user)
{
	session_fn old_fn = session->fn;
	void *old_user = session->user;
	session->fn = *fn;
	session->user = *user;
	*fn = old_fn;
	*user = old_user;
}

/* False: nobody waits (any more). */
static bool session_take_waiter(struct session *session, session_fn *ret_fn, void **ret_user)
{
	*ret_fn = NULL;
	*ret_user = NULL;
	pthread_mutex_lock(&session->sessions->lock);
	session_swap_waiter(session, ret_fn, ret_user);
	pthread_mutex_unlock(&session->sessions->lock);
	return *ret_fn;
}

static void session_tell(struct session *session, int error, const char *text)
{
	session_fn fn;
	void *user;
	if (session_take_waiter(session, &fn, &user))
		fn(user, error, text);
}

/* It is forgotten; who waits learns of it once the connection is gone. */
static void session_end(struct session *session, int error, const char *text)
{
	session_fn fn;
	void *user;
	if (!session_unlist(session))
		return;
	bool waits = session_take_waiter(session, &fn, &user);
	session_release(session);
	if (waits)
		fn(user, error, text);
}

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	(void)user;
	if (dc_channel_buffered(channel) + size > unread_max ||
	    dc_channel_send(channel, kind, data, size))
		dc_channel_close(channel); /* an echo with gaps would be none */
}

/* flag is set or closed. */
static void talk_leave(struct talk *talk, bool *flag)
{
	struct session *session = talk->session;
	pthread_mutex_lock(&session->sessions->lock);
	*flag = true;
	struct talk **at = &session->talks;
	while (*at && *at != talk)
		at = &(*at)->next;
	bool last = *at && talk->set && talk->closed;
	if (last)
		*at = talk->next;
	pthread_mutex_unlock(&session->sessions->lock);
	if (last)
		talk_destroy(talk);
}

static void on_channel_closed(struct dc_channel *channel, void *user)
{
	struct talk *talk = user;
	(void)channel;
	talk_leave(talk, &talk->closed);
}

/* Takes the reference to channel, also where it fails. text may be NULL. */
static int session_add_channel(struct session *session, struct dc_channel *channel,
			       const char *text, size_t size)
{
	struct talk *talk = malloc(sizeof(*talk));
	int error = talk ? 0 : -ENOMEM;
	dc_channel_on_message(channel, on_message, NULL);
	if (!error && text)
		error = dc_channel_send(channel, DC_TEXT, text, size);
	if (error) {
		dc_channel_destroy(channel);
		free(talk);
		return error;
	}
	pthread_mutex_lock(&session->sessions->lock);
	*talk = (struct talk){.next = session->talks, .session = session, .channel = channel};
	session->talks = talk;
	pthread_mutex_unlock(&session->sessions->lock);
	dc_channel_on_closed(channel, on_channel_closed, talk);
	talk_leave(talk, &talk->set);
	return 0;
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	(void)connection;
	session_add_channel(user, channel, NULL, 0);
}

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	struct session *session = user;
	(void)connection;
	pthread_mutex_lock(&session->sessions->lock);
	session->connected |= state == DC_CONNECTED;
	bool closing = session->closing; /* on_closed is to come */
	pthread_mutex_unlock(&session->sessions->lock);
	if (!closing && (state == DC_FAILED || state == DC_CLOSED))
		session_end(session, -ECONNRESET, NULL);
}

static void on_description(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection;
	if (sdp)
		session_tell(user, 0, sdp);
	else
		session_end(user, error, NULL);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	(void)connection;
	session_end(user, 0, "closed\n");
}

/* On the list, with a reference for the caller. */
static int session_create(struct sessions *sessions, session_fn fn, void *user,
			  struct session **ret_session)
{
	struct session *session = malloc(sizeof(*session));
	if (!session)
		return -ENOMEM;
	*session = (struct session){.sessions = sessions,
				    .born_ms = now_ms(),
				    .references = 2,
				    .listed = true,
				    .fn = fn,
				    .user = user};
	int error = dc_connection_create(&sessions->config, &session->connection);
	if (error)
		goto out;
	pthread_mutex_lock(&sessions->lock);
	error = sessions->ended ? -ESHUTDOWN : sessions->count >= sessions->limit ? -EUSERS : 0;
	if (!error) {
		sessions->count++;
		session->id = ++sessions->last_id;
		session->next = sessions->first;
		sessions->first = session;
	}
	pthread_mutex_unlock(&sessions->lock);
	if (error)
		goto out;
	dc_connection_on_state(session->connection, on_state, session);
	dc_connection_on_channel(session->connection, on_channel, session);
	*ret_session = session;
	return 0;
out:
	dc_connection_destroy(session->connection);
	free(session);
	return error;
}

/* The end of a function that made a session: if it fails, who waits is told nothing. */
static int session_begun(struct session *session, int error, unsigned *ret_id)
{
	session_fn fn;
	void *user;
	if (error && !session_take_waiter(session, &fn, &user))
		error = 0; /* a callback was faster and told it */
	else if (error)
		session_end(session, error, NULL);
	if (!error)
		*ret_id = session->id;
	session_release(session);
	return error;
}

int session_take_offer(struct sessions *sessions, const char *sdp, session_fn fn, void *user,
		       char ret_what[SESSION_WHAT_MAX], unsigned *ret_id)
{
	struct session *session;
	int error = session_create(sessions, fn, user, &session);
	if (error)
		return error;
	error = dc_connection_set_remote(session->connection, sdp, ret_what, SESSION_WHAT_MAX);
	if (!error)
		error = dc_connection_answer(session->connection, on_description, session);
	return session_begun(session, error, ret_id);
}

/* text may be NULL. */
static int session_open(struct session *session, const char *label, const char *text, size_t size)
{
	const struct dc_channel_options options = {.label = label};
	struct dc_channel *channel;
	int error = dc_channel_open(session->connection, &options, &channel);
	return error ? error : session_add_channel(session, channel, text, size);
}

int session_make_offer(struct sessions *sessions, session_fn fn, void *user, unsigned *ret_id)
{
	struct session *session;
	int error = session_create(sessions, fn, user, &session);
	if (error)
		return error;
	error = session_open(session, "echo", NULL, 0);
	if (!error)
		error = dc_connection_offer(session->connection, on_description, session);
	return session_begun(session, error, ret_id);
}

int session_take_answer(struct sessions *sessions, unsigned id, const char *sdp,
			char ret_what[SESSION_WHAT_MAX])
{
	struct session *session = session_find(sessions, id);
	if (!session)
		return -ENOENT;
	int error = dc_connection_set_remote(session->connection, sdp, ret_what, SESSION_WHAT_MAX);
	session_release(session);
	return error;
}

int session_add_candidate(struct sessions *sessions, unsigned id, const char *candidate)
{
	struct session *session = session_find(sessions, id);
	if (!session)
		return -ENOENT;
	int error = dc_connection_add_candidate(session->connection, candidate);
	session_release(session);
	return error;
}

int session_send(struct sessions *sessions, unsigned id, const char *text, size_t size)
{
	struct session *session = session_find(sessions, id);
	if (!session)
		return -ENOENT;
	int error = session_open(session, "message", text, size);
	session_release(session);
	return error;
}

int session_close(struct sessions *sessions, unsigned id, session_fn fn, void *user)
{
	struct session *session = session_find(sessions, id);
	if (!session)
		return -ENOENT;
	pthread_mutex_lock(&sessions->lock);
	int error = session->closing || !session->listed ? -EALREADY : 0;
	if (!error) {
		session->closing = true;
		session_swap_waiter(session, &fn, &user);
	}
	pthread_mutex_unlock(&sessions->lock);
	if (!error && fn)
		fn(user, -ECONNRESET, NULL); /* who waited for a description */
	int failed = error ? 0 : dc_connection_close(session->connection, on_closed, session);
	if (failed)
		session_end(session, failed, NULL);
	session_release(session);
	return error;
}

int sessions_create(const struct dc_config *config, unsigned limit, struct sessions **ret_sessions)
{
	struct sessions *sessions = malloc(sizeof(*sessions));
	if (!sessions)
		return -ENOMEM;
	*sessions = (struct sessions){.config = *config, .limit = limit};
	int error = -pthread_mutex_init(&sessions->lock, NULL);
	if (error) {
		free(sessions);
		return error;
	}
	*ret_sessions = sessions;
	return 0;
}

void sessions_destroy(struct sessions *sessions)
{
	if (!sessions)
		return;
	pthread_mutex_destroy(&sessions->lock);
	free(sessions);
}

/* A reference to a listed one that was not connected when it was age_ms old; NULL if there is none.
 */
static struct session *sessions_find_idle(struct sessions *sessions, long age_ms)
{
	pthread_mutex_lock(&sessions->lock);
	struct session *session = sessions->first;
	while (session && (session->connected || now_ms() - session->born_ms < age_ms))
		session = session->next;
	if (session)
		session->references++;
	pthread_mutex_unlock(&sessions->lock);
	return session;
}

void sessions_expire(struct sessions *sessions, unsigned connect_ms)
{
	struct session *session;
	while ((session = sessions_find_idle(sessions, connect_ms))) {
		session_end(session, -ETIMEDOUT, NULL);
		session_release(session);
	}
}

/* All that are listed, with a reference each; the array has room for limit. */
static unsigned sessions_retain(struct sessions *sessions, struct session **ret_all)
{
	unsigned count = 0;
	pthread_mutex_lock(&sessions->lock);
	for (struct session *session = sessions->first; session; session = session->next) {
		session->references++;
		ret_all[count++] = session;
	}
	pthread_mutex_unlock(&sessions->lock);
	return count;
}

void sessions_end(struct sessions *sessions)
{
	pthread_mutex_lock(&sessions->lock);
	sessions->ended = true;
	struct session *session;
	while ((session = sessions->first)) {
		session->references++;
		pthread_mutex_unlock(&sessions->lock);
		session_end(session, -ESHUTDOWN, NULL);
		session_release(session);
		pthread_mutex_lock(&sessions->lock);
	}
	pthread_mutex_unlock(&sessions->lock);
}

static const char *state_name(enum dc_state state)
{
	switch (state) {
	case DC_NEW:
		return "new";
	case DC_CONNECTING:
		return "connecting";
	case DC_CONNECTED:
		return "connected";
	case DC_DISCONNECTED:
		return "disconnected";
	case DC_FAILED:
		return "failed";
	case DC_CLOSED:
		return "closed";
	}
	return "?";
}

void sessions_print(struct sessions *sessions, FILE *to)
{
	struct session **all = calloc(sessions->limit, sizeof(struct session *));
	unsigned listed = all ? sessions_retain(sessions, all) : 0;
	pthread_mutex_lock(&sessions->lock);
	fprintf(to, "connections %u\n", sessions->count);
	pthread_mutex_unlock(&sessions->lock);
	for (unsigned i = 0; i < listed; i++) {
		char path[256] = "";
		dc_connection_path(all[i]->connection, path, sizeof(path));
		fprintf(to, "connection %u %s %s\n", all[i]->id,
			state_name(dc_connection_state(all[i]->connection)), path);
		session_release(all[i]);
	}
	free(all);
}
