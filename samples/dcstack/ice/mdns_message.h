/* SPDX-License-Identifier: Apache-2.0 */
/* The two DNS messages that a .local name takes: a question, and the answer to it (RFC 6762,
 * RFC 1035 section 4). */
#ifndef ICE_MDNS_MESSAGE_H
#define ICE_MDNS_MESSAGE_H

#include <net/address.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MDNS_MESSAGE_MAX = 9000, /* RFC 6762 section 17 */
	MDNS_QUESTION_MAX = 12 + 256 + 4,
	MDNS_A = 1,
	MDNS_AAAA = 28,
};

/* One question of type MDNS_A or MDNS_AAAA. Returns the size, -EINVAL for what is no name. */
int mdns_write_question(const char *name, uint16_t type, uint8_t *data, size_t max);

/* The first address that an answer has for name: 0, -ENOENT, -EBADMSG. Port 0. */
int mdns_read_answer(const uint8_t *data, size_t size, const char *name,
		     struct address *ret_address);

#endif
