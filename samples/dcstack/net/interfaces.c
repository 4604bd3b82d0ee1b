/* SPDX-License-Identifier: Apache-2.0 */
#include <net/address.h>

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>

static socklen_t sockaddr_size(const struct sockaddr *sockaddr)
{
	if (sockaddr->sa_family == AF_INET)
		return sizeof(struct sockaddr_in);
	return sockaddr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
}

int address_list_interfaces(struct address *addresses, int max)
{
	struct ifaddrs *interfaces;
	int count = 0;

	if (getifaddrs(&interfaces) < 0)
		return -errno;
	for (struct ifaddrs *each = interfaces; each != NULL && count < max;
	     each = each->ifa_next) {
		if (!(each->ifa_flags & IFF_UP) || each->ifa_addr == NULL)
			continue;
		socklen_t size = sockaddr_size(each->ifa_addr);
		if (size > 0)
			address_from_sockaddr(each->ifa_addr, size, &addresses[count++]);
	}
	freeifaddrs(interfaces);
	return count;
}
