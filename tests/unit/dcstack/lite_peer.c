/* SPDX-License-Identifier: Apache-2.0 */
/* A plain socket in place of a peer that is lite (RFC 8445 section 2.5): it never checks, and
 * never nominates. */
#include "peers.inc.c"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { STUN_HEADER_SIZE = 20, ICE_CONTROLLED = 0x8029, ICE_CONTROLLING = 0x802a };

static int open_socket(unsigned *ret_port)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = AWAIT_MS / 1000};
	socklen_t size = sizeof(here);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	*ret_port = ntohs(here.sin_port);
	return fd;
}

static bool has_attribute(const uint8_t *data, ssize_t size, unsigned type)
{
	for (ssize_t at = STUN_HEADER_SIZE; at + 4 <= size;) {
		if ((unsigned)(data[at] << 8 | data[at + 1]) == type)
			return true;
		at += 4 + (((data[at + 2] << 8 | data[at + 3]) + 3) & ~3);
	}
	return false;
}

static void offer(unsigned port, const char *line)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n%s"
		 "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n"
		 "a=candidate:1 1 udp 2113937151 127.0.0.1 %u typ host\r\n"
		 "a=ice-ufrag:lite\r\na=ice-pwd:0123456789012345678901\r\n"
		 "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13"
		 "\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n",
		 line, port);
	cr_assert_eq(dc_connection_set_remote(peers.answerer.connection, text, NULL, 0), 0);
	cr_assert_eq(dc_connection_answer(peers.answerer.connection, told_answer, &peers.answerer),
		     0);
}

/* Which role our first check claims. */
static void expect_role(const char *line, unsigned role)
{
	uint8_t data[1500];
	unsigned port;

	peers_create(NULL);
	int fd = open_socket(&port);
	offer(port, line);
	ssize_t size = recv(fd, data, sizeof(data), 0);
	cr_assert_gt(size, STUN_HEADER_SIZE);
	cr_expect(has_attribute(data, size, role));
	close(fd);
	peers_destroy();
}

Test(lite_peer, an_answerer_controls_if_the_offerer_is_lite)
{
	expect_role("a=ice-lite\r\n", ICE_CONTROLLING);
}

Test(lite_peer, an_answerer_is_controlled_by_any_other)
{
	expect_role("", ICE_CONTROLLED);
}
