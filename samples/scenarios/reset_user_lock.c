/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "scene.h"

/* Of the program: what both its callbacks and its own threads change. */
struct ledger {
	pthread_mutex_t lock;
	unsigned messages;
	struct gate is_told;
};

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	struct ledger *ledger = user;

	(void)channel, (void)kind, (void)data, (void)size;
	gate_open(&ledger->is_told);
	pthread_mutex_lock(&ledger->lock);
	ledger->messages++;
	pthread_mutex_unlock(&ledger->lock);
}

/* The callback wants the lock, and its end is waited for: not with the lock. */
static int hang_up(const struct scene *scene, struct pair *pair, struct ledger *ledger)
{
	int error;

	dc_channel_on_message(pair->answerer.channel, on_message, ledger);
	pthread_mutex_lock(&ledger->lock);
	error = dc_channel_send(pair->offerer.channel, DC_TEXT, "bye", 3);
	if (!error)
		gate_await(&ledger->is_told);
	ledger->messages = 0;
	if (!scene_is_buggy(scene))
		pthread_mutex_unlock(&ledger->lock);
	pair_destroy_end(&pair->answerer);
	if (scene_is_buggy(scene))
		pthread_mutex_unlock(&ledger->lock);
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct ledger ledger = {.lock = PTHREAD_MUTEX_INITIALIZER};
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	gate_init(&ledger.is_told);
	if (!error)
		error = hang_up(scene, &pair, &ledger);
	pair_finish(&pair);
	gate_finish(&ledger.is_told);
	pthread_mutex_destroy(&ledger.lock);
	return error;
}

const struct play play_reset_user_lock = {.session = session};
