/* SPDX-License-Identifier: Apache-2.0 */
/* The Data Channel Establishment Protocol (RFC 8832): its two messages. */
#ifndef SCTP_DCEP_H
#define SCTP_DCEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcep_open {
	bool unordered;
	int max_retransmits; /* -1: no limit */
	int max_lifetime_ms; /* -1: no limit; at most one of the two */
	uint16_t priority;
	const char *label, *protocol; /* not terminated, may hold any byte (UTF-8); borrowed */
	size_t label_size, protocol_size;
};

enum dcep_type { DCEP_ACK = 2, DCEP_OPEN = 3 };

/* DCEP_OPEN or DCEP_ACK; -EBADMSG. ret_open points into data. */
int dcep_read(const uint8_t *data, size_t size, struct dcep_open *ret_open);
/* Returns the size, or -EMSGSIZE. */
int dcep_write_open(const struct dcep_open *open, uint8_t *data, size_t max);
int dcep_write_ack(uint8_t *data, size_t max);

#endif
