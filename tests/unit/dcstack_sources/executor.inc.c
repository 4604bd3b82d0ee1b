/* SPDX-License-Identifier: Apache-2.0 */
/* What lies within a connection, looked at and touched on its executor. */
#include "../dcstack/peers.inc.c"
#include "../errand.inc.c"

#include "channel.h"
#include "connection.h"

struct inner_errand {
	struct dc_connection *connection;
	void (*run)(struct dc_connection *connection, void *user);
	void *user;
};

static inline void run_inner(void *user)
{
	struct inner_errand *errand = user;

	errand->run(errand->connection, errand->user);
}

/* Runs it there after what was asked of the connection before, and waits until it ran. */
static inline void within(struct dc_connection *connection,
			  void (*run)(struct dc_connection *connection, void *user), void *user)
{
	struct inner_errand inner = {.connection = connection, .run = run, .user = user};
	struct errand errand;

	errand_init(&errand, run_inner, &inner);
	inbox_put(&connection->inbox, &errand.job);
	errand_await(&errand);
}
