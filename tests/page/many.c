/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway's day in seconds, for a trace with as many lifetimes as a page may meet:
 *
 *     page_many LIFETIMES [PAUSE_MS]       at least so many; with a pause after each mark
 *
 * Each session is a PeerConnection with two agents. An agent has candidates with a socket each,
 * tasks, callbacks and timers. A few sessions forget the references to a candidate, whose socket
 * stays open; a few forget a task, or to call back. Sessions overlap, and each worker has its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <track/track.h>
#include <unistd.h>

enum {
	AGENTS = 2,
	CANDIDATES = 3,
	TASKS = 2,
	CALLBACKS = 2,
	WORKERS = 4,
	OVERLAP = 12,	   /* sessions of a worker that are alive at once */
	PER_CANDIDATE = 2, /* itself and its socket */
	PER_AGENT = 2 + CANDIDATES * (PER_CANDIDATE + TASKS + CALLBACKS),
	PER_SESSION = 2 + AGENTS * PER_AGENT,
	BETWEEN_MARKS = OVERLAP / 2, /* sessions */
	FORGETS = 400,		     /* one session of so many forgets something */
};

struct candidate {
	int socket;
	char tasks[TASKS], callbacks[CALLBACKS];
};

struct agent {
	char timer;
	struct candidate *candidates[CANDIDATES];
};

struct session {
	unsigned long number;
	char on_state;
	struct agent agents[AGENTS];
};

enum forgotten { NOTHING, REFERENCES, TASK, CALLBACK, FORGOTTEN_COUNT };

static unsigned long sessions_of_worker;
static long pause_ms;
static pthread_barrier_t round_over; /* so that no worker is sessions ahead of the marks */
static struct session *kept;	     /* reachable, so that only what follows lifetimes can tell */

static enum forgotten forgets(const struct session *session)
{
	if (session->number % FORGETS != FORGETS / 2)
		return NOTHING;
	return 1 + session->number / FORGETS % (FORGOTTEN_COUNT - 1);
}

__attribute__((noinline)) static int bind_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

__attribute__((noinline)) static void start_checks(struct agent *agent, struct candidate *candidate)
{
	static const char *const classes[TASKS] = {"connectivity-check", "consent-refresh"};

	for (int i = 0; i < TASKS; i++) {
		track_task_spawn(&candidate->tasks[i], classes[i]);
		track_own(track_scope(agent), track_task(&candidate->tasks[i]));
	}
}

__attribute__((noinline)) static void register_callbacks(struct agent *agent,
							 struct candidate *candidate)
{
	static const char *const classes[CALLBACKS] = {"onBindingResponse", "onQueued"};

	for (int i = 0; i < CALLBACKS; i++) {
		track_callback_arm(&candidate->callbacks[i], classes[i], TRACK_ONE_SHOT);
		track_own(track_scope(agent), track_callback(&candidate->callbacks[i]));
	}
}

__attribute__((noinline)) static struct candidate *gather_candidate(struct agent *agent)
{
	struct candidate *candidate = malloc(sizeof(*candidate));

	if (!candidate)
		abort();
	candidate->socket = bind_socket();
	track_object_create(candidate, "IceCandidate");
	track_own(track_scope(agent), track_object(candidate));
	if (candidate->socket >= 0)
		track_own(track_object(candidate), track_fd(candidate->socket));
	track_retain(candidate, "checklist", track_scope(agent));
	track_retain(candidate, "selected pair", track_scope(agent));
	start_checks(agent, candidate);
	register_callbacks(agent, candidate);
	return candidate;
}

__attribute__((noinline)) static void open_agent(struct session *session, struct agent *agent)
{
	track_scope_open(agent, "agent", 0);
	track_own(track_scope(session), track_scope(agent));
	track_timer_arm(&agent->timer, "keepalive");
	track_own(track_scope(agent), track_timer(&agent->timer));
	for (int i = 0; i < CANDIDATES; i++)
		agent->candidates[i] = gather_candidate(agent);
}

static struct session *open_session(unsigned long number)
{
	struct session *session = malloc(sizeof(*session));

	if (!session)
		abort();
	session->number = number;
	track_scope_open(session, "PeerConnection", TRACK_MUST_CLOSE);
	track_callback_arm(&session->on_state, "onStateChange", 0);
	track_own(track_scope(session), track_callback(&session->on_state));
	for (int i = 0; i < AGENTS; i++)
		open_agent(session, &session->agents[i]);
	return session;
}

static void end_tasks(struct candidate *candidate, enum forgotten forgotten)
{
	for (int i = 0; i < TASKS; i++)
		if (forgotten != TASK || i > 0)
			track_task_done(&candidate->tasks[i]);
	for (int i = 0; i < CALLBACKS; i++) {
		if (forgotten == CALLBACK && i > 0)
			continue;
		track_callback_enter(&candidate->callbacks[i]);
		track_callback_leave(&candidate->callbacks[i]);
		track_callback_release(&candidate->callbacks[i]);
	}
}

static void drop_candidate(struct agent *agent, struct candidate *candidate,
			   enum forgotten forgotten)
{
	end_tasks(candidate, forgotten);
	track_release(candidate, "checklist", track_scope(agent));
	if (forgotten == REFERENCES)
		return;
	track_release(candidate, "selected pair", track_scope(agent));
	track_object_destroy(candidate);
	if (candidate->socket >= 0)
		close(candidate->socket);
	if (forgotten == NOTHING)
		free(candidate);
}

static void close_agent(struct agent *agent, enum forgotten forgotten)
{
	track_scope_close(agent);
	track_timer_cancel(&agent->timer);
	for (int i = 0; i < CANDIDATES; i++)
		drop_candidate(agent, agent->candidates[i], i == 0 ? forgotten : NOTHING);
	track_scope_closed(agent);
	track_scope_destroy(agent);
}

static void close_session(struct session *session)
{
	enum forgotten forgotten = forgets(session);

	track_scope_close(session);
	for (int i = 0; i < AGENTS; i++)
		close_agent(&session->agents[i], i == 0 ? forgotten : NOTHING);
	track_callback_release(&session->on_state);
	track_scope_closed(session);
	track_scope_destroy(session);
	if (forgotten)
		__atomic_store_n(&kept, session, __ATOMIC_RELAXED);
	else
		free(session);
}

static void mark_session(unsigned long number)
{
	struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000};
	char text[64];

	snprintf(text, sizeof(text), "session %lu", number);
	track_mark(text);
	nanosleep(&pause, NULL);
}

static void *work(void *argument)
{
	unsigned long first = (unsigned long)(size_t)argument;
	struct session *open[OVERLAP] = {NULL};

	for (unsigned long i = 0; i < sessions_of_worker + OVERLAP; i++) {
		struct session **at = &open[i % OVERLAP];

		if (*at)
			close_session(*at);
		*at = i < sessions_of_worker ? open_session(i * WORKERS + first) : NULL;
		if (i % BETWEEN_MARKS < BETWEEN_MARKS - 1)
			continue;
		if (pthread_barrier_wait(&round_over) == PTHREAD_BARRIER_SERIAL_THREAD)
			mark_session(i + 1);
		pthread_barrier_wait(&round_over);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long lifetimes = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct timespec grace = {1, 200000000};
	pthread_t workers[WORKERS];

	if (!lifetimes || argc > 3) {
		fputs("usage: page_many LIFETIMES [PAUSE_MS]\n", stderr);
		return 2;
	}
	pause_ms = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	sessions_of_worker = lifetimes / PER_SESSION / WORKERS + 1;
	pthread_barrier_init(&round_over, NULL, WORKERS);
	for (size_t i = 0; i < WORKERS; i++)
		if (pthread_create(&workers[i], NULL, work, (void *)i) != 0)
			return 1;
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	nanosleep(&grace, NULL); /* what was forgotten last is to be a leak, too */
	return 0;
}
