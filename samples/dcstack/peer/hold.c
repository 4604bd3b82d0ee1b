/* SPDX-License-Identifier: Apache-2.0 */
#include <peer/hold.h>

#include "connection.h"

void connection_retain(struct dc_connection *connection, const char *holder)
{
	object_retain(&connection->object, holder);
}

void connection_release(struct dc_connection *connection, const char *holder)
{
	object_release(&connection->object, holder);
}

struct executor *connection_executor(const struct dc_connection *connection)
{
	return connection->executor;
}

void connection_forget_description(struct dc_connection *connection)
{
	callback_reset(&connection->negotiation.on_description);
}
