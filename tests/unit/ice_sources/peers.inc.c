/* SPDX-License-Identifier: Apache-2.0 */
/* Agents on an executor, that signal to each other; a test on its own thread waits for what they
 * tell. */
#include "../entries.inc.c"
#include "../errand.inc.c"

#include <ice/agent.h>
#include <parts.h>
#include <run/library.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not every test has a use for each. */
#define HELPER static __attribute__((unused))

enum { PATIENCE_S = AWAIT_MS / 1000, TEXT_MAX = 64 };

struct peer {
	struct agent *agent;
	struct peer *other; /* whom it signals to */
	bool silent;	    /* its candidates are not signalled */
	bool (*passes)(const struct candidate *candidate);

	/* Under the lock. */
	enum agent_state state;
	bool was_disconnected;
	unsigned connections; /* how often CONNECTED was told */
	bool gathered;
	unsigned candidates, received;
	char last[TEXT_MAX + 1];
	struct candidate known[8]; /* as told; without their carriers */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news = PTHREAD_COND_INITIALIZER;
static struct executor *executor;
static unsigned fds_before;

static void on_executor(void (*run)(void *user), void *user)
{
	run_on(executor, run, user);
}

HELPER void start(void)
{
	fds_before = count_fds();
	cr_assert_eq(library_start(&(struct library_options){.executors = 1}), 0);
	executor = library_executor();
}

static void do_nothing(void *user)
{
	(void)user;
}

/* Everything is over: agents have been destroyed. A task that was woken before it was cancelled
 * is let go in the executor's next round, and the resolver's thread may have one in its hands. */
HELPER void finish(void)
{
	struct library_counts counts;

	for (unsigned i = 0; i < AWAIT_MS; i++) {
		on_executor(do_nothing, NULL);
		library_count(&counts);
		if (counts.objects == 0)
			break;
		rest_ms(1);
	}
	cr_expect_eq(counts.objects, 0, "%u objects", counts.objects);
	cr_expect_eq(counts.tasks_pending, 0, "%u tasks", counts.tasks_pending);
	cr_expect_eq(counts.timers_armed, 0, "%u timers", counts.timers_armed);
	cr_expect_eq(library_cleanup(AWAIT_MS), 0);
	cr_expect_eq(count_fds(), fds_before);
}

static void told_candidate(void *user, const struct candidate *candidate)
{
	struct peer *peer = user;

	pthread_mutex_lock(&lock);
	if (peer->candidates < 8)
		peer->known[peer->candidates] = *candidate;
	peer->candidates++;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
	if (peer->other && !peer->silent && (!peer->passes || peer->passes(candidate)))
		cr_expect_eq(agent_add_remote(peer->other->agent, candidate), 0);
}

static void told_gathered(void *user)
{
	struct peer *peer = user;

	pthread_mutex_lock(&lock);
	peer->gathered = true;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
	if (peer->other)
		agent_remote_complete(peer->other->agent);
}

static void told_state(void *user, enum agent_state state)
{
	struct peer *peer = user;

	pthread_mutex_lock(&lock);
	peer->state = state;
	peer->connections += state == AGENT_CONNECTED;
	peer->was_disconnected |= state == AGENT_DISCONNECTED;
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

static void told_data(void *user, const uint8_t *data, size_t size)
{
	struct peer *peer = user;

	pthread_mutex_lock(&lock);
	peer->received++;
	snprintf(peer->last, sizeof(peer->last), "%.*s", (int)size, (const char *)data);
	pthread_cond_broadcast(&news);
	pthread_mutex_unlock(&lock);
}

static const struct agent_events peer_events = {
	told_candidate,
	told_gathered,
	told_state,
	told_data,
};

HELPER bool is_in(const struct peer *peer, int state)
{
	return peer->state == (enum agent_state)state;
}
HELPER bool has_connected(const struct peer *peer, int count)
{
	return peer->connections >= (unsigned)count;
}
HELPER bool has_gathered(const struct peer *peer, int unused)
{
	(void)unused;
	return peer->gathered;
}
HELPER bool has_received(const struct peer *peer, int count)
{
	return peer->received >= (unsigned)count;
}

HELPER bool await(const struct peer *peer, bool (*is_so)(const struct peer *, int), int value)
{
	const struct timespec deadline = deadline_in_ms(AWAIT_MS);
	int error = 0;

	pthread_mutex_lock(&lock);
	while (!is_so(peer, value) && error == 0)
		error = await_news(&news, &lock, &deadline);
	bool is = is_so(peer, value);
	pthread_mutex_unlock(&lock);
	return is;
}

/* The agent's functions, called on the executor. */
struct arguments {
	struct peer *peer;
	const struct agent_config *config;
	const void *data;
	const char *ufrag, *password;
	int result;
};

static void call_create(void *user)
{
	struct arguments *arguments = user;
	struct agent_config config = *arguments->config;

	config.executor = executor;
	arguments->result =
		agent_create(&config, &peer_events, arguments->peer, &arguments->peer->agent);
}

HELPER void create_peer(struct peer *peer, const struct agent_config *config)
{
	struct arguments arguments = {.peer = peer, .config = config};

	on_executor(call_create, &arguments);
	cr_assert_eq(arguments.result, 0);
}

static void call_gather(void *user)
{
	struct arguments *arguments = user;

	arguments->result = agent_gather(arguments->peer->agent);
}

HELPER void gather(struct peer *peer)
{
	struct arguments arguments = {.peer = peer};

	on_executor(call_gather, &arguments);
	cr_assert_eq(arguments.result, 0);
}

static void call_introduce(void *user)
{
	struct peer *peer = user;

	cr_assert_eq(agent_set_remote_credentials(peer->agent,
						  agent_local_ufrag(peer->other->agent),
						  agent_local_password(peer->other->agent)),
		     0);
}

/* peer gets to know the other's credentials. */
HELPER void introduce(struct peer *peer)
{
	on_executor(call_introduce, peer);
}

static void call_destroy(void *user)
{
	struct peer *peer = user;

	agent_destroy(peer->agent);
	peer->agent = NULL;
}

HELPER void destroy_peer(struct peer *peer)
{
	on_executor(call_destroy, peer);
}

static void call_send(void *user)
{
	struct arguments *arguments = user;

	arguments->result =
		agent_send(arguments->peer->agent, arguments->data, strlen(arguments->data));
}

HELPER int send_text(struct peer *peer, const char *text)
{
	struct arguments arguments = {.peer = peer, .data = text};

	on_executor(call_send, &arguments);
	return arguments.result;
}

HELPER bool passes_text(struct peer *from, struct peer *to, const char *text)
{
	unsigned before = to->received;

	return send_text(from, text) == 0 && await(to, has_received, (int)before + 1) &&
	       strcmp(to->last, text) == 0;
}

struct selection {
	struct peer *peer;
	struct candidate local, remote; /* copies */
};

HELPER void call_selected(void *user)
{
	struct selection *selection = user;
	const struct candidate *local, *remote;

	agent_selected(selection->peer->agent, &local, &remote);
	if (local && remote) {
		selection->local = *local;
		selection->remote = *remote;
	}
}
