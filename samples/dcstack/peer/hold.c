/* SPDX-License-Identifier: Apache-2.0 */
#include <peer/hold.h>

#include "connection.h"
#include <track/track.h>

void connection_retain(struct dc_connection *connection, const char *holder,
		       struct track_subject by)
{
	object_retain_by(&connection->object, holder, by);
}

void connection_release(struct dc_connection *connection, const char *holder,
			struct track_subject by)
{
	object_release_by(&connection->object, holder, by);
}

struct executor *connection_executor(const struct dc_connection *connection)
{
	return connection->executor;
}

void connection_forget_description(struct dc_connection *connection)
{
	callback_reset(&connection->negotiation.on_description);
}
