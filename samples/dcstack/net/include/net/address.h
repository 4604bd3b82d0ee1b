/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 and IPv6 transport addresses. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

struct address {
	socklen_t size;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage storage;
	};
};

enum { ADDRESS_TEXT_SIZE = 64 };

/* A numeric IP, no name. -EINVAL. */
int address_parse(const char *ip, uint16_t port, struct address *ret_address);
void address_from_sockaddr(const struct sockaddr *from, socklen_t size,
			   struct address *ret_address);
/* The IP alone, without brackets or port. */
void address_format(const struct address *address, char ret_text[ADDRESS_TEXT_SIZE]);
uint16_t address_port(const struct address *address);
void address_set_port(struct address *address, uint16_t port);
int address_family(const struct address *address);
bool address_equal(const struct address *a, const struct address *b); /* with the port */
bool address_same_ip(const struct address *a, const struct address *b);
bool address_is_loopback(const struct address *address);
bool address_is_unspecified(const struct address *address); /* 0.0.0.0, :: */
bool address_is_link_local(const struct address *address);

/* The addresses of the interfaces that are up, at most max, ports 0. Returns how many, or -errno.
 */
int address_list_interfaces(struct address *addresses, int max);

#endif
