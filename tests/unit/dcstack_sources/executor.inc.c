/* SPDX-License-Identifier: Apache-2.0 */
/* What lies within a connection, looked at and touched on its executor. */
#include "../dcstack/peers.inc.c"

#include "channel.h"
#include "connection.h"
#include <semaphore.h>

struct errand {
	struct job job;
	void (*run)(struct dc_connection *connection, void *user);
	struct dc_connection *connection;
	void *user;
	sem_t done;
};

static inline void run_errand(struct job *job)
{
	struct errand *errand = (struct errand *)job;

	errand->run(errand->connection, errand->user);
	sem_post(&errand->done);
}

/* Runs it there after what was asked of the connection before, and waits until it ran. */
static inline void within(struct dc_connection *connection,
			  void (*run)(struct dc_connection *connection, void *user), void *user)
{
	struct errand errand = {
		.job.run = run_errand, .run = run, .connection = connection, .user = user};

	sem_init(&errand.done, 0, 0);
	inbox_put(&connection->inbox, &errand.job);
	while (sem_wait(&errand.done))
		;
	sem_destroy(&errand.done);
}
