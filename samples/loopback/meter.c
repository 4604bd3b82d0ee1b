/* SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"

#include <account/account.h>
#include <errno.h>
#include <pthread.h>
#include <run/fault.h>
#include <stdio.h>
#include <stdlib.h>
#include <track/track.h>

struct meter {
	const struct options *options;
	pthread_mutex_t lock;
	unsigned long begun, ended;
	bool asked[FAULT_COUNT]; /* of faults, for the one session that is to have them */
	struct result total;
	int error;
	const char *step;
};

static void set_mark(unsigned long session)
{
	char text[32];

	snprintf(text, sizeof(text), "session %lu", session);
	track_mark(text);
}

static void print_account(unsigned long session)
{
	printf("account sessions=%lu fds=%u threads=%u rss_kb=%lu\n", session, account_fds(),
	       account_threads(), account_rss_kb());
}

static void keep_asked(struct meter *meter)
{
	for (enum fault fault = 0; fault < FAULT_COUNT; fault++)
		meter->asked[fault] = fault_on(fault);
}

static void choose_faults(const struct meter *meter)
{
	bool now = meter->begun == meter->options->fault_in;

	for (enum fault fault = 0; fault < FAULT_COUNT; fault++)
		fault_switch(fault, now && meter->asked[fault]);
}

static bool begin(struct meter *meter)
{
	bool more;

	pthread_mutex_lock(&meter->lock);
	more = !meter->error && meter->begun < meter->options->sessions;
	meter->begun += more;
	if (meter->options->fault_in)
		choose_faults(meter);
	pthread_mutex_unlock(&meter->lock);
	return more;
}

static void end(struct meter *meter, int error, const char *step, const struct result *result)
{
	pthread_mutex_lock(&meter->lock);
	meter->ended++;
	if (meter->options->marks)
		set_mark(meter->ended);
	if (meter->options->account && meter->ended % meter->options->account == 0)
		print_account(meter->ended);
	if (error && !meter->error) {
		meter->error = error;
		meter->step = step;
	}
	meter->total.messages += result->messages;
	meter->total.bytes += result->bytes;
	meter->total.time_ns += result->time_ns;
	pthread_mutex_unlock(&meter->lock);
}

static void *run_sessions(void *user)
{
	struct meter *meter = user;

	while (begin(meter)) {
		struct result result = {0};
		const char *step = NULL;
		int error = session_run(meter->options, &result, &step);

		end(meter, error, step, &result);
	}
	return NULL;
}

int meter_run(const struct options *options, struct result *ret_total, const char **ret_step)
{
	struct meter meter = {.options = options, .lock = PTHREAD_MUTEX_INITIALIZER};
	unsigned long helpers = options->parallel - 1, started = 0;
	pthread_t *threads = calloc(helpers + 1, sizeof(*threads));

	if (!threads)
		return -ENOMEM;
	keep_asked(&meter);
	while (started < helpers && !pthread_create(&threads[started], NULL, run_sessions, &meter))
		started++;
	run_sessions(&meter);
	while (started)
		pthread_join(threads[--started], NULL);
	free(threads);
	*ret_total = meter.total;
	if (meter.error)
		*ret_step = meter.step;
	return meter.error;
}
