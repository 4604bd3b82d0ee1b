/* SPDX-License-Identifier: Apache-2.0 */
#include "silent_peer.h"

#include "udp.h"

#include <errno.h>
#include <ice/stun.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD "0123456789012345678901"

enum { DTLS_HANDSHAKE = 22 }; /* RFC 6347 section 4.1, RFC 7983 */

int silent_peer_open(struct silent_peer *ret_peer)
{
	return udp_open(&ret_peer->fd);
}

void silent_peer_close(struct silent_peer *peer)
{
	close(peer->fd);
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection, (void)sdp, (void)error, (void)user;
}

/* That it is lite (RFC 8445 section 2.5) says that it checks and nominates nothing. */
static int offer(const struct silent_peer *peer, struct dc_connection *connection)
{
	char text[1024];
	int error;

	snprintf(text, sizeof(text),
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\n"
		 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
		 "a=candidate:1 1 udp 2113937151 127.0.0.1 %u typ host\r\na=end-of-candidates\r\n"
		 "a=ice-ufrag:lite\r\na=ice-pwd:" PASSWORD "\r\n"
		 "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13"
		 "\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n",
		 udp_port(peer->fd));
	error = dc_connection_set_remote(connection, text, NULL, 0);
	return error ? error : dc_connection_answer(connection, on_answer, NULL);
}

static int answer_check(const struct silent_peer *peer, const uint8_t *data, size_t size,
			const struct address *from)
{
	struct stun_message request;
	struct stun_message response = {
		.class = STUN_SUCCESS, .method = STUN_BINDING, .mapped = *from};
	uint8_t out[STUN_MESSAGE_MAX];
	int out_size = stun_read(data, size, &request);

	if (out_size < 0 || request.class != STUN_REQUEST)
		return out_size;
	memcpy(response.transaction, request.transaction, sizeof(response.transaction));
	out_size = stun_write(&response, PASSWORD, out, sizeof(out));
	if (out_size < 0)
		return out_size;
	return sendto(peer->fd, out, (size_t)out_size, 0, &from->any, from->size) < 0 ? -errno : 0;
}

int silent_peer_call(struct silent_peer *peer, struct dc_connection *connection)
{
	uint8_t data[STUN_MESSAGE_MAX];
	struct address from;
	int size, error = offer(peer, connection);

	while (!error) {
		size = udp_receive(peer->fd, data, sizeof(data), &from);
		if (size < 0)
			return size;
		if (size > 0 && data[0] == DTLS_HANDSHAKE)
			return 0;
		if (stun_is_message(data, (size_t)size))
			error = answer_check(peer, data, (size_t)size, &from);
	}
	return error;
}
