/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/dtls.h"
#include "backlog.h"
#include "endpoint.h"
#include "records.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <run/fault.h>
#include <run/late.h>
#include <run/object.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdbool.h>
#include <stdlib.h>

enum { HANDSHAKE_MS = 60 * 1000 };

struct dtls {
	struct object object;
	struct executor *executor;
	struct dtls_events events;
	void *user;
	struct endpoint *endpoint;
	enum dtls_state state;
	const char *failure;
	struct backlog backlog;
	struct task *handshake;	     /* NULL: not started, or over */
	struct object *below;	     /* what it sends through */
	struct waker waker;	     /* its own: of what comes in, and of the timer */
	struct timer retransmission; /* of its last flight */
	bool retransmits;
	struct timer limit; /* ends it */
	uint64_t patience_ns;
	struct job tell;
	bool must_tell; /* that it has ended */
	bool destroyed;
	unsigned calls; /* under way */
};

static void destroy(struct object *object)
{
	struct dtls *dtls = (struct dtls *)object;

	endpoint_destroy(dtls->endpoint);
	backlog_finish(&dtls->backlog);
	free(dtls);
}

static const struct object_class dtls_class = {.name = "dtls", .destroy = destroy};

static void begin_call(struct dtls *dtls)
{
	dtls->calls++;
}

/* A callback may destroy what tells it: the owner's reference stays until the last call is over. */
static void end_call(struct dtls *dtls)
{
	if (!--dtls->calls && dtls->destroyed)
		object_release(&dtls->object, "owner");
}

static void flush(struct dtls *dtls)
{
	uint8_t datagram[DTLS_DATAGRAM_MAX];
	size_t size;

	while ((size = endpoint_take(dtls->endpoint, datagram))) {
		if (!dtls->destroyed)
			dtls->events.send(dtls->user, datagram, size);
	}
}

static void tell_run(struct job *job)
{
	struct dtls *dtls = (struct dtls *)((char *)job - offsetof(struct dtls, tell));

	if (dtls->must_tell)
		dtls->events.state(dtls->user, dtls->state);
	object_release(&dtls->object, "tell");
}

/* The timer holds the connection, since it comes by itself. */
static void retransmission_stop(struct dtls *dtls)
{
	if (!dtls->retransmits)
		return;
	dtls->retransmits = false;
	timer_cancel(&dtls->retransmission);
	object_release_by(&dtls->object, "retransmission", track_timer(&dtls->retransmission));
}

/* If something waits for an answer. */
static int retransmission_arm(struct dtls *dtls)
{
	uint64_t delay_ns;
	int r;

	if (!endpoint_timer(dtls->endpoint, &delay_ns)) {
		retransmission_stop(dtls);
		return 0;
	}
	r = timer_arm(&dtls->retransmission, delay_ns);
	if (r == 0 && !dtls->retransmits) {
		dtls->retransmits = true;
		object_retain_by(&dtls->object, "retransmission",
				 track_timer(&dtls->retransmission));
	}
	return r;
}

static void cancel_timers(struct dtls *dtls)
{
	retransmission_stop(dtls);
	timer_cancel(&dtls->limit);
}

/* By the peer or by a failure: told later, since this may be in the midst of the user's call. */
static void end(struct dtls *dtls, enum dtls_state state, const char *failure)
{
	cancel_timers(dtls);
	if (dtls->destroyed)
		return;
	dtls->state = state;
	dtls->failure = failure;
	dtls->must_tell = true;
	object_retain(&dtls->object, "tell");
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

	cancel_timers(dtls);
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

static const char *handshake_failure(const struct dtls *dtls, int r)
{
	switch (r) {
	case -EPROTO:
		return endpoint_failure(dtls->endpoint);
	case -ESHUTDOWN:
		return "the peer closed in the midst of the handshake";
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
	if (r == 0 && dtls->handshake)
		r = handshake_advance(dtls);
	flush(dtls);
	/* Who sends may have closed or destroyed it. */
	if (!dtls->handshake)
		return TASK_DONE;
	if (r == -EAGAIN)
		r = retransmission_arm(dtls) < 0 ? -ENOMEM : -EAGAIN;
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

	waker_drop(&dtls->waker);
	task_release(dtls->handshake, "owner");
	dtls->handshake = NULL;
	if (dtls->below)
		object_release(dtls->below, "handshake");
	object_release(&dtls->object, "handshake");
}

static const struct task_class handshake_class = {
	.name = "dtls handshake", .poll = handshake_poll, .drop = handshake_drop};

static void handshake_cancel(struct dtls *dtls)
{
	struct task *task = dtls->handshake;

	if (!fault_on(FAULT_TIMER_SENDS_AFTER_CLOSE))
		retransmission_stop(dtls);
	dtls->handshake = NULL;
	task_cancel(task);
}

static void give_up(void *user)
{
	struct dtls *dtls = user;

	end(dtls, DTLS_FAILED, "the handshake took too long");
	handshake_cancel(dtls);
}

/* By its owner, who is told nothing more. */
static void stop(struct dtls *dtls)
{
	dtls->state = DTLS_CLOSED;
	dtls->must_tell = false;
	timer_cancel(&dtls->limit);
	if (!fault_on(FAULT_DTLS_CONNECT_HANG))
		handshake_cancel(dtls);
}

/* The timer, until it is stopped. Who sends may do that. */
static void retransmit(void *user)
{
	struct dtls *dtls = user;
	int r;

	object_retain(&dtls->object, "call");
	if (!dtls->handshake) {
		track_use(track_scope(dtls));
		late_use("a DTLS connection that is closed sent its flight again");
	}
	r = endpoint_retransmit(dtls->endpoint);
	flush(dtls);
	if (r == 0 && dtls->retransmits)
		r = retransmission_arm(dtls);
	if (r < 0) {
		end(dtls, DTLS_FAILED, handshake_failure(dtls, r));
		handshake_cancel(dtls);
	}
	waker_wake(&dtls->waker);
	object_release(&dtls->object, "call");
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
	if (r == 0)
		r = object_init(&dtls->object, &dtls_class, "owner");
	if (r < 0) {
		endpoint_destroy(dtls->endpoint);
		free(dtls);
		return r;
	}
	dtls->executor = config->executor;
	dtls->events = *events;
	dtls->user = user;
	dtls->patience_ns = TIMER_MS(patience_ms);
	dtls->tell.run = tell_run;
	backlog_init(&dtls->backlog);
	timer_init(&dtls->retransmission, config->executor, "dtls retransmission", retransmit,
		   dtls);
	timer_init(&dtls->limit, config->executor, "dtls handshake", give_up, dtls);
	track_scope_open(dtls, "dtls", 0);
	track_own(track_scope(dtls), track_object(dtls));
	timer_own(&dtls->retransmission, track_scope(dtls));
	timer_own(&dtls->limit, track_scope(dtls));
	*ret_dtls = dtls;
	return 0;
}

void dtls_destroy(struct dtls *dtls)
{
	if (!dtls)
		return;
	track_scope_close(dtls);
	stop(dtls);
	track_scope_closed(dtls);
	track_scope_destroy(dtls);
	dtls->destroyed = true;
	if (!dtls->calls)
		object_release(&dtls->object, "owner");
}

int dtls_start(struct dtls *dtls, struct object *below)
{
	int r;

	if (dtls->state != DTLS_NEW)
		return -EALREADY;
	r = timer_arm(&dtls->limit, dtls->patience_ns);
	if (r < 0)
		return r;
	r = task_spawn(dtls->executor, &handshake_class, dtls, &dtls->handshake);
	if (r < 0) {
		timer_cancel(&dtls->limit);
		return r;
	}
	track_own(track_scope(dtls), track_task(dtls->handshake));
	timer_own(&dtls->retransmission, track_task(dtls->handshake));
	waker_set(&dtls->waker, dtls->handshake);
	object_retain_by(&dtls->object, "handshake", track_task(dtls->handshake));
	dtls->below = below;
	if (below)
		object_retain_by(below, "handshake", track_task(dtls->handshake));
	dtls->state = DTLS_CONNECTING;
	return 0;
}

void dtls_input(struct dtls *dtls, const uint8_t *datagram, size_t size)
{
	if (dtls->state == DTLS_CLOSED || dtls->state == DTLS_FAILED)
		return;
	/* What came before goes first. */
	if (dtls->state != DTLS_CONNECTED || !backlog_is_empty(&dtls->backlog)) {
		backlog_push(&dtls->backlog, datagram, size);
		waker_wake(&dtls->waker);
		return;
	}
	begin_call(dtls);
	endpoint_put(dtls->endpoint, datagram, size);
	deliver(dtls);
	end_call(dtls);
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
	begin_call(dtls);
	r = endpoint_write(dtls->endpoint, data, size);
	if (r == -EPROTO)
		end(dtls, DTLS_FAILED, endpoint_failure(dtls->endpoint));
	flush(dtls);
	end_call(dtls);
	return r;
}

void dtls_close(struct dtls *dtls)
{
	bool connected = dtls->state == DTLS_CONNECTED;

	stop(dtls);
	if (!connected)
		return;
	begin_call(dtls);
	endpoint_shutdown(dtls->endpoint);
	flush(dtls);
	end_call(dtls);
}

enum dtls_state dtls_state(const struct dtls *dtls)
{
	return dtls->state;
}

const char *dtls_failure(const struct dtls *dtls)
{
	return dtls->failure;
}
