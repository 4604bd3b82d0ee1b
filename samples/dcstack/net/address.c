/* SPDX-License-Identifier: Apache-2.0 */
#include <net/address.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

int address_parse(const char *ip, uint16_t port, struct address *ret_address)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
		address_from_sockaddr((const struct sockaddr *)&v4, sizeof(v4), ret_address);
	else if (inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1)
		address_from_sockaddr((const struct sockaddr *)&v6, sizeof(v6), ret_address);
	else
		return -EINVAL;
	return 0;
}

void address_from_sockaddr(const struct sockaddr *from, socklen_t size, struct address *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	if (size >= sizeof(ret_address->v4) && from->sa_family == AF_INET)
		ret_address->size = sizeof(ret_address->v4);
	else if (size >= sizeof(ret_address->v6) && from->sa_family == AF_INET6)
		ret_address->size = sizeof(ret_address->v6);
	memcpy(&ret_address->storage, from, ret_address->size);
}

void address_format(const struct address *address, char ret_text[ADDRESS_TEXT_SIZE])
{
	ret_text[0] = '\0';
	if (address->any.sa_family == AF_INET)
		inet_ntop(AF_INET, &address->v4.sin_addr, ret_text, ADDRESS_TEXT_SIZE);
	else if (address->any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &address->v6.sin6_addr, ret_text, ADDRESS_TEXT_SIZE);
}

uint16_t address_port(const struct address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohs(address->v4.sin_port);
	return address->any.sa_family == AF_INET6 ? ntohs(address->v6.sin6_port) : 0;
}

void address_set_port(struct address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET)
		address->v4.sin_port = htons(port);
	else if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
}

int address_family(const struct address *address)
{
	return address->any.sa_family;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return address_port(a) == address_port(b) && address_same_ip(a, b);
}

/* What a peer told of himself has no scope; what the kernel tells of a link-local one has. */
static bool same_scope(uint32_t a, uint32_t b)
{
	return a == b || a == 0 || b == 0;
}

bool address_same_ip(const struct address *a, const struct address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->any.sa_family == AF_INET6 &&
	       IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr) &&
	       same_scope(a->v6.sin6_scope_id, b->v6.sin6_scope_id);
}

bool address_is_loopback(const struct address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

bool address_is_unspecified(const struct address *address)
{
	if (address->any.sa_family == AF_INET)
		return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return address->any.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

/* RFC 3927 section 2.1, RFC 4291 section 2.5.6. */
bool address_is_link_local(const struct address *address)
{
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 16 == 0xa9fe;
	return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address->v6.sin6_addr);
}
