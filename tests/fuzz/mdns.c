/* SPDX-License-Identifier: Apache-2.0 */
/* Anybody on the local network may answer a question for a name. */
#include <mdns_message.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define NAME "1a2b.local"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address address = {.size = 1};
	int r = mdns_read_answer(data, size, NAME, &address);

	if (r < 0) {
		if (address.size != 1)
			abort();
		return 0;
	}
	int family = address_family(&address);
	if ((family != AF_INET && family != AF_INET6) || address_port(&address) != 0)
		abort();
	return 0;
}
