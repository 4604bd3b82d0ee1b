/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include <semaphore.h>

struct trial {
	sem_t told;
	int error;
};

static void await(struct trial *trial)
{
	while (sem_wait(&trial->told))
		;
}

static void on_description(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	struct trial *trial = user;
	(void)connection;
	(void)sdp;
	trial->error = error;
	sem_post(&trial->told);
}

static void on_closed(struct dc_connection *connection, void *user)
{
	struct trial *trial = user;
	(void)connection;
	sem_post(&trial->told);
}

static int offer(struct dc_connection *connection, struct trial *trial)
{
	int error = dc_connection_offer(connection, on_description, trial);
	if (!error)
		await(trial);
	if (!dc_connection_close(connection, on_closed, trial))
		await(trial);
	return error ? error : trial->error;
}

int trial_run(const struct dc_config *config)
{
	struct dc_config trickling = *config;
	struct dc_connection *connection;
	struct trial trial = {0};
	trickling.stun_server = NULL;
	trickling.trickle = true; /* the offer waits for nothing */
	int error = dc_connection_create(&trickling, &connection);
	if (error)
		return error;
	sem_init(&trial.told, 0, 0);
	error = offer(connection, &trial);
	dc_connection_destroy(connection); /* from here on no callback runs */
	sem_destroy(&trial.told);
	return error;
}
