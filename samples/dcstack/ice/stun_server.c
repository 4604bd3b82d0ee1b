/* SPDX-License-Identifier: Apache-2.0 */
#include "stun_server.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STUN_PORT = 3478 }; /* RFC 8489 section 8.1 */

static int copy_host(const char *host, size_t size, struct stun_server *ret_server)
{
	if (size == 0 || size > STUN_SERVER_HOST_MAX)
		return -EINVAL;
	memcpy(ret_server->host, host, size);
	ret_server->host[size] = '\0';
	return 0;
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || port == 0 || port > UINT16_MAX)
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

int stun_server_parse(const char *text, struct stun_server *ret_server)
{
	bool is_bracketed = *text == '[';
	const char *host = text + is_bracketed;
	size_t size = strcspn(host, is_bracketed ? "]" : ":");
	const char *rest = host + size + is_bracketed;

	ret_server->port = STUN_PORT;
	if (is_bracketed && host[size] != ']')
		return -EINVAL;
	if (copy_host(host, size, ret_server) < 0)
		return -EINVAL;
	if (!*rest)
		return 0;
	return *rest == ':' ? parse_port(rest + 1, &ret_server->port) : -EINVAL;
}
