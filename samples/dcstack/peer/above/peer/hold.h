/* SPDX-License-Identifier: Apache-2.0 */
/* For what stands above a connection and refers to it for longer than a call. */
#ifndef PEER_HOLD_H
#define PEER_HOLD_H

#include <track/track.h>

struct dc_connection;
struct executor;

/* Any thread. A reference of its own, by holder: the connection may be destroyed by its user
 * meanwhile, and then does nothing more; who uses it after that is late (run/late.h). */
void connection_retain(struct dc_connection *connection, const char *holder,
		       struct track_subject by);
void connection_release(struct dc_connection *connection, const char *holder,
			struct track_subject by);

/* As long as a reference is held. */
struct executor *connection_executor(const struct dc_connection *connection);

/* Who asked for a description does not want it any more. Waits until a running call is over. */
void connection_forget_description(struct dc_connection *connection);

#endif
