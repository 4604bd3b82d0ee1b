/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4571: packets over a stream, each behind its length in two bytes, network order. */
#ifndef NET_FRAMING_H
#define NET_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAMING_HEADER_SIZE = 2, FRAMING_PACKET_MAX = 65535 };

/* Bytes of a stream on their way to whole packets. */
struct deframer {
	uint8_t *data;
	size_t size, capacity;
};

void framing_write_header(uint8_t header[FRAMING_HEADER_SIZE], size_t packet_size);

/* Takes bytes as they came; calls packet for each that is complete (size 0 is legal, RFC 4571
 * section 2). packet returns false to stop: the rest is dropped. -ENOMEM. */
int deframer_input(struct deframer *deframer, const void *data, size_t size,
		   bool (*packet)(void *user, const uint8_t *data, size_t size), void *user);
void deframer_finish(struct deframer *deframer);

#endif
