/* SPDX-License-Identifier: Apache-2.0 */
#include "dc_stranger.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static unsigned draw(unsigned *seed, unsigned count)
{
	return (unsigned)rand_r(seed) / 16 % count;
}

union where {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t find(const char *address, uint16_t port, union where *ret_where)
{
	if (strchr(address, ':')) {
		ret_where->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
						      .sin6_addr = IN6ADDR_LOOPBACK_INIT,
						      .sin6_port = htons(port)};
		return sizeof(ret_where->v6);
	}
	ret_where->v4 = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					     .sin_port = htons(port)};
	return sizeof(ret_where->v4);
}

/* A frame that may be none, with a STUN message of any class for anybody. */
static size_t write_nonsense(unsigned *seed, uint8_t *data)
{
	static const uint8_t message[] = {
		0, 36, 0, 1, 0, 16, 0x21, 0x12, 0xa4, 0x42, 0,	 0,   0,   0,	0,   0,	  0,   0,
		0, 0,  0, 0, 0, 6,  0,	  9,	'a',  'b',  'c', 'd', ':', 'e', 'f', 'g', 'h', 0};
	size_t size = 1 + draw(seed, sizeof(message));

	memcpy(data, message, sizeof(message));
	data[2] = (uint8_t)draw(seed, 2);
	data[3] |= (uint8_t)(draw(seed, 2) << 4);
	for (unsigned i = 0; i < 16; i++)
		data[6 + draw(seed, 30)] ^= (uint8_t)(draw(seed, 4) == 0);
	return draw(seed, 4) ? sizeof(message) : size;
}

static void knock(int fd, bool is_tcp, unsigned *seed)
{
	uint8_t data[64];
	size_t size = write_nonsense(seed, data);

	if (is_tcp)
		send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	else if (size > 2)
		send(fd, data + 2, size - 2, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int stranger_come(const char *address, uint16_t port, bool is_tcp, unsigned *seed)
{
	union where to;
	socklen_t size = find(address, port, &to);
	int fd = socket(to.any.sa_family, (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		perror("socket");
		abort();
	}
	if (connect(fd, &to.any, size) == 0) {
		for (unsigned i = draw(seed, 8); i > 0; i--)
			knock(fd, is_tcp, seed);
	}
	return fd;
}
