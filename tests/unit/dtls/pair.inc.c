/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ends of a DTLS connection on one executor, and a wire between them that can lose, double,
 * cut and turn round what it carries. Everything in pair belongs to the executor: a test does its
 * steps there (on_executor) and awaits what becomes of them.
 */
#include "../errand.inc.c"

#include <dtls/dtls.h>
#include <run/library.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLEANUP_MS = AWAIT_MS, HEADER_SIZE = 13, LOG_SIZE = 64 };

struct end {
	struct dtls *dtls;
	struct certificate *certificate;
	struct end *other;
	struct dtls_config config;
	char log[LOG_SIZE]; /* "CR": connected, received; 'F' failed, 'E' ended by the peer */
	uint8_t last[2048];
	size_t last_size;
	unsigned sent, arrived; /* datagrams */
	size_t largest;
	unsigned first_records; /* in the first datagram */
	/* The datagram of that number, from 0 on, does not arrive. */
	bool (*loses)(const struct end *from, unsigned number, const uint8_t *data, size_t size);
	void (*on_datagram)(const uint8_t *data, size_t size); /* one that is not ours */
	void (*on_send)(struct end *end);
	void (*on_receive)(struct end *end);
	void (*on_state)(struct end *end);
};

struct transit {
	struct job job;
	struct transit *next;
	struct end *to;
	size_t size;
	uint8_t data[];
};

static struct {
	struct executor *executor;
	struct end client, server;
	bool doubles;	      /* each datagram arrives twice */
	bool cuts;	      /* each record in a datagram of its own */
	bool turns;	      /* what is sent in one round arrives last first */
	struct transit *pile; /* of what is to be turned round */
	struct job turn;
	sem_t happened;
} pair;

static void note(struct end *end, char what)
{
	size_t length = strlen(end->log);

	if (length + 1 < sizeof(end->log))
		end->log[length] = what;
	sem_post(&pair.happened);
}

static void arrive(struct job *job)
{
	struct transit *transit = (struct transit *)job;
	struct end *to = transit->to;

	to->arrived++;
	if (to->dtls)
		dtls_input(to->dtls, transit->data, transit->size);
	else if (to->on_datagram)
		to->on_datagram(transit->data, transit->size);
	free(transit);
	sem_post(&pair.happened);
}

static void turn(struct job *job)
{
	struct transit *transit;

	(void)job;
	while ((transit = pair.pile)) {
		pair.pile = transit->next;
		executor_post(pair.executor, &transit->job);
	}
}

static void carry(struct end *to, const uint8_t *data, size_t size)
{
	struct transit *transit = malloc(sizeof(*transit) + size);

	*transit = (struct transit){.job.run = arrive, .to = to, .size = size};
	memcpy(transit->data, data, size);
	if (!pair.turns) {
		executor_post(pair.executor, &transit->job);
		return;
	}
	if (!pair.pile)
		executor_defer(pair.executor, &pair.turn);
	transit->next = pair.pile;
	pair.pile = transit;
}

static size_t record_size(const uint8_t *data)
{
	return HEADER_SIZE + (size_t)(data[11] << 8 | data[12]);
}

static void carry_records(struct end *to, const uint8_t *data, size_t size)
{
	while (size) {
		size_t record = record_size(data);

		carry(to, data, record);
		data += record;
		size -= record;
	}
}

static unsigned count_records(const uint8_t *data, size_t size)
{
	unsigned count = 0;

	for (size_t at = 0; at < size; at += record_size(data + at)) {
		cr_assert_geq(size - at, HEADER_SIZE);
		cr_assert_leq(record_size(data + at), size - at, "a record is cut");
		count++;
	}
	return count;
}

static void end_send(void *user, const uint8_t *datagram, size_t size)
{
	struct end *end = user;
	unsigned number = end->sent++;

	if (!number)
		end->first_records = count_records(datagram, size);
	if (size > end->largest)
		end->largest = size;
	for (int copies = pair.doubles ? 2 : 1; copies; copies--) {
		if (end->loses && end->loses(end, number, datagram, size))
			continue;
		if (pair.cuts)
			carry_records(end->other, datagram, size);
		else
			carry(end->other, datagram, size);
	}
	sem_post(&pair.happened);
	if (end->on_send)
		end->on_send(end);
}

static void end_receive(void *user, const uint8_t *data, size_t size)
{
	struct end *end = user;

	end->last_size = size;
	memcpy(end->last, data, size < sizeof(end->last) ? size : sizeof(end->last));
	note(end, 'R');
	if (end->on_receive)
		end->on_receive(end);
}

static void end_state(void *user, enum dtls_state state)
{
	struct end *end = user;

	note(end, "?.CEF"[state]);
	if (end->on_state)
		end->on_state(end);
}

static const struct dtls_events end_events = {
	.send = end_send, .receive = end_receive, .state = end_state};

static void call_step(void *user)
{
	void (**step)(void) = user;

	(*step)();
}

static void on_executor(void (*step)(void))
{
	run_on(pair.executor, call_step, &step);
}

static bool (*await_condition)(void);
static bool await_met;

static void await_look(void)
{
	await_met = await_condition();
}

static bool await_so(bool (*condition)(void), unsigned ms)
{
	const struct timespec deadline = deadline_in_ms(ms);

	await_condition = condition;
	do {
		on_executor(await_look);
		if (await_met)
			return true;
	} while (await_until(&pair.happened, &deadline));
	return false;
}

/* Before a suite of a minute is over. */
#define await(condition) cr_assert(await_so(condition, AWAIT_MS / 2), "never: " #condition)

static void end_init(struct end *end, struct end *other, enum dtls_role role)
{
	cr_assert_eq(certificate_create(&end->certificate), 0);
	end->other = other;
	end->config = (struct dtls_config){.executor = pair.executor,
					   .role = role,
					   .certificate = end->certificate,
					   .remote_algorithm = "sha-256"};
}

static void pair_begin(void)
{
	cr_assert_eq(library_enter(), 0);
	pair.executor = library_executor();
	pair.turn.run = turn;
	sem_init(&pair.happened, 0, 0);
	end_init(&pair.client, &pair.server, DTLS_CLIENT);
	end_init(&pair.server, &pair.client, DTLS_SERVER);
	pair.client.config.remote_fingerprint = certificate_fingerprint(pair.server.certificate);
	pair.server.config.remote_fingerprint = certificate_fingerprint(pair.client.certificate);
}

static void end_destroy(struct end *end)
{
	struct dtls *dtls = end->dtls;

	end->dtls = NULL;
	dtls_destroy(dtls);
}

static void pair_destroy(void)
{
	end_destroy(&pair.client);
	end_destroy(&pair.server);
}

/* Nothing may be left behind, whatever a test did. */
static void pair_end(void)
{
	struct library_counts counts;

	on_executor(pair_destroy);
	library_count(&counts);
	cr_expect_eq(counts.tasks_pending, 0);
	cr_expect_eq(counts.timers_armed, 0);
	library_leave();
	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	certificate_destroy(pair.client.certificate);
	certificate_destroy(pair.server.certificate);
	sem_destroy(&pair.happened);
}

static int send_text(struct end *from, const char *text)
{
	return dtls_send(from->dtls, text, strlen(text));
}

static bool received(const struct end *end, const char *text)
{
	return end->last_size == strlen(text) && !memcmp(end->last, text, end->last_size);
}
