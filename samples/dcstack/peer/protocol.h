/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens on the streams of an association: channels are opened (DCEP, RFC 8832), messages
 * come, streams are reset (RFC 8831 section 6.7). On the executor only.
 */
#ifndef PEER_PROTOCOL_H
#define PEER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

struct dc_channel;
struct dc_connection;

/* What the user wants. */
void protocol_open(struct dc_channel *channel);
void protocol_close(struct dc_channel *channel); /* closing or closed: nothing */
/* It has gone wrong: close without what is still to be sent. */
void protocol_fail(struct dc_channel *channel);
/* All that was to be sent is sent. */
void protocol_drained(struct dc_channel *channel);

/* What the association tells. */
void protocol_connected(struct dc_connection *connection);
void protocol_receive(struct dc_connection *connection, uint16_t stream, uint32_t ppid,
		      const uint8_t *data, size_t size);
void protocol_reset(struct dc_connection *connection, uint16_t stream); /* the peer has, his */
void protocol_reset_done(struct dc_connection *connection, uint16_t stream, int error); /* ours */
void protocol_finish(struct dc_connection *connection); /* it is gone, and all channels with it */

#endif
