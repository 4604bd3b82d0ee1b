/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/dtls.h"
#include "backlog.h"
#include "endpoint.h"
#include "records.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdbool.h>
#include <stdlib.h>

enum { HANDSHAKE_MS = 60 * 1000 };

struct dtls {
	struct executor *executor;
	struct dtls_events events;
	void *user;
	struct endpoint *endpoint;
	enum dtls_state state;
	const char *failure;
	struct backlog backlog;
	struct task *handshake; /* NULL: not started, or over */
	struct timer timer;	/* wakes it */
	uint64_t patience_ns, deadline_ns;
	struct job tell;
	bool must_tell; /* that it has ended */
	bool destroyed;
	unsigned holds; /* the owner's, the handshake's, tell's, and one for each call under way */
};

static void hold(struct dtls *dtls)
{
	dtls->holds++;
}

/* A callback may destroy what tells it: the memory stays until the last call is over. */
static void let_go(struct dtls *dtls)
{
	if (--dtls->holds)
		return;
	endpoint_destroy(dtls->endpoint);
	backlog_finish(&dtls->backlog);
	free(dtls);
}

static void flush(struct dtls *dtls)
{
	uint8_t datagram[DTLS_DATAGRAM_MAX];
	size_t size;

	while (!dtls->destroyed && (size = endpoint_take(dtls->endpoint, datagram)))
		dtls->events.send(dtls->user, datagram, size);
}

static void tell_run(struct job *job)
{
	struct dtls *dtls = (struct dtls *)((char *)job - offsetof(struct dtls, tell));

	if (dtls->must_tell)
		dtls->events.state(dtls->user, dtls->state);
	let_go(dtls);
}

/* By the peer or by a failure: told later, since this may be in the midst of the user's call. */
static void end(struct dtls *dtls, enum dtls_state state, const char *failure)
{
	timer_cancel(&dtls->timer);
	dtls->state = state;
	dtls->failure = failure;
	dtls->must_tell = true;
	hold(dtls);
	executor_defer(dtls->executor, &dtls->tell);
}

/* Tells what OpenSSL has got, record by record. */
static void deliver(struct dtls *dtls)
{
	uint8_t record[SSL3_RT_MAX_PLAIN_LENGTH];
	size_t size;

	while (dtls->state == DTLS_CONNECTED) {
		int r = endpoint_read(dtls->endpoint, record, sizeof(record), &size);

		if (r == -EAGAIN)
			break;
		if (r == -EPROTO) {
			end(dtls, DTLS_FAILED, endpoint_failure(dtls->endpoint));
		} else if (r == -ESHUTDOWN) {
			endpoint_shutdown(dtls->endpoint);
			end(dtls, DTLS_CLOSED, NULL);
		} else {
			dtls->events.receive(dtls->user, record, size);
		}
	}
	/* Reading can have made OpenSSL write: an alert, or the last flight once more. */
	flush(dtls);
}

/* Connected is told first, then comes what has been waiting. */
static void handshake_succeed(struct dtls *dtls)
{
	struct backlog_datagram *datagram;

	timer_cancel(&dtls->timer);
	dtls->state = DTLS_CONNECTED;
	dtls->events.state(dtls->user, DTLS_CONNECTED);
	deliver(dtls);
	while (dtls->state == DTLS_CONNECTED && (datagram = backlog_pop(&dtls->backlog))) {
		endpoint_put(dtls->endpoint, datagram->data, datagram->size);
		free(datagram);
		deliver(dtls);
	}
}

/*
 * Record by record: behind a handshake message that it knows already, OpenSSL throws the rest of
 * the datagram away, were it an alert that never comes again.
 */
static int handshake_take(struct dtls *dtls, const uint8_t *data, size_t size)
{
	int r = -EAGAIN;

	while (r == -EAGAIN && size) {
		size_t record = records_first(data, size);

		endpoint_put(dtls->endpoint, data, record);
		r = endpoint_handshake(dtls->endpoint);
		data += record;
		size -= record;
	}
	if (r == 0)
		endpoint_put(dtls->endpoint, data, size);
	return r;
}

static int handshake_advance(struct dtls *dtls)
{
	struct backlog_datagram *datagram;
	int r = endpoint_handshake(dtls->endpoint);

	while (r == -EAGAIN && (datagram = backlog_pop(&dtls->backlog))) {
		r = handshake_take(dtls, datagram->data, datagram->size);
		free(datagram);
	}
	return r;
}

/* -EAGAIN, or why there is no waiting. */
static int handshake_wait(struct dtls *dtls)
{
	uint64_t now_ns = executor_clock_ns();
	uint64_t delay_ns, retransmit_ns;
	int r;

	if (now_ns >= dtls->deadline_ns)
		return -ETIMEDOUT;
	delay_ns = dtls->deadline_ns - now_ns;
	if (endpoint_timer(dtls->endpoint, &retransmit_ns) && retransmit_ns < delay_ns)
		delay_ns = retransmit_ns;
	r = timer_arm(&dtls->timer, delay_ns);
	return r < 0 ? r : -EAGAIN;
}

static const char *handshake_failure(const struct dtls *dtls, int r)
{
	switch (r) {
	case -EPROTO:
		return endpoint_failure(dtls->endpoint);
	case -ESHUTDOWN:
		return "the peer closed in the midst of the handshake";
	case -ETIMEDOUT:
		return "the handshake took too long";
	default:
		return "no memory";
	}
}

static enum task_state handshake_poll(struct task *task, void *state)
{
	struct dtls *dtls = state;
	int r = endpoint_retransmit(dtls->endpoint);

	(void)task;
	/* What goes out again shares no datagram with what is new: the peer may be OpenSSL too. */
	flush(dtls);
	if (r == 0 && dtls->state == DTLS_CONNECTING)
		r = handshake_advance(dtls);
	flush(dtls);
	/* Who sends may have closed or destroyed it. */
	if (dtls->state != DTLS_CONNECTING)
		return TASK_DONE;
	if (r == -EAGAIN)
		r = handshake_wait(dtls);
	if (r == -EAGAIN)
		return TASK_PENDING;
	if (r < 0)
		end(dtls, DTLS_FAILED, handshake_failure(dtls, r));
	else
		handshake_succeed(dtls);
	return TASK_DONE;
}

static void handshake_drop(void *state)
{
	struct dtls *dtls = state;

	task_release(dtls->handshake, "owner");
	dtls->handshake = NULL;
	let_go(dtls);
}

static const struct task_class handshake_class = {
	.name = "dtls handshake", .poll = handshake_poll, .drop = handshake_drop};

static void handshake_cancel(struct dtls *dtls)
{
	struct task *task = dtls->handshake;

	timer_cancel(&dtls->timer);
	dtls->handshake = NULL;
	task_cancel(task);
}

static void wake(void *user)
{
	struct dtls *dtls = user;

	if (dtls->handshake)
		task_wake(dtls->handshake);
}

int dtls_create(const struct dtls_config *config, const struct dtls_events *events, void *user,
		struct dtls **ret_dtls)
{
	unsigned patience_ms = config->handshake_ms ? config->handshake_ms : HANDSHAKE_MS;
	struct dtls *dtls = calloc(1, sizeof(*dtls));
	int r;

	if (!dtls)
		return -ENOMEM;
	r = endpoint_create(config, &dtls->endpoint);
	if (r < 0) {
		free(dtls);
		return r;
	}
	dtls->executor = config->executor;
	dtls->events = *events;
	dtls->user = user;
	dtls->patience_ns = TIMER_MS(patience_ms);
	dtls->tell.run = tell_run;
	dtls->holds = 1;
	backlog_init(&dtls->backlog);
	timer_init(&dtls->timer, config->executor, "dtls retransmission", wake, dtls);
	*ret_dtls = dtls;
	return 0;
}

void dtls_destroy(struct dtls *dtls)
{
	if (!dtls)
		return;
	dtls->state = DTLS_CLOSED;
	dtls->must_tell = false;
	dtls->destroyed = true;
	handshake_cancel(dtls);
	let_go(dtls);
}

int dtls_start(struct dtls *dtls)
{
	int r;

	if (dtls->state != DTLS_NEW)
		return -EALREADY;
	r = task_spawn(dtls->executor, &handshake_class, dtls, &dtls->handshake);
	if (r < 0)
		return r;
	hold(dtls);
	dtls->state = DTLS_CONNECTING;
	dtls->deadline_ns = executor_clock_ns() + dtls->patience_ns;
	return 0;
}

void dtls_input(struct dtls *dtls, const uint8_t *datagram, size_t size)
{
	if (dtls->state == DTLS_CLOSED || dtls->state == DTLS_FAILED)
		return;
	/* What came before goes first. */
	if (dtls->state != DTLS_CONNECTED || !backlog_is_empty(&dtls->backlog)) {
		backlog_push(&dtls->backlog, datagram, size);
		wake(dtls);
		return;
	}
	hold(dtls);
	endpoint_put(dtls->endpoint, datagram, size);
	deliver(dtls);
	let_go(dtls);
}

int dtls_send(struct dtls *dtls, const void *data, size_t size)
{
	int r;

	if (dtls->state != DTLS_CONNECTED)
		return -ENOTCONN;
	if (size > DTLS_PAYLOAD_MAX)
		return -EMSGSIZE;
	if (!size)
		return -EINVAL;
	hold(dtls);
	r = endpoint_write(dtls->endpoint, data, size);
	if (r == -EPROTO)
		end(dtls, DTLS_FAILED, endpoint_failure(dtls->endpoint));
	flush(dtls);
	let_go(dtls);
	return r;
}

void dtls_close(struct dtls *dtls)
{
	bool connected = dtls->state == DTLS_CONNECTED;

	dtls->state = DTLS_CLOSED;
	dtls->must_tell = false;
	handshake_cancel(dtls);
	if (!connected)
		return;
	hold(dtls);
	endpoint_shutdown(dtls->endpoint);
	flush(dtls);
	let_go(dtls);
}

enum dtls_state dtls_state(const struct dtls *dtls)
{
	return dtls->state;
}

const char *dtls_failure(const struct dtls *dtls)
{
	return dtls->failure;
}
