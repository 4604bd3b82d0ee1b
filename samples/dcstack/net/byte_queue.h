/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes in the order in which they were put. Zeroed is empty. */
#ifndef NET_BYTE_QUEUE_H
#define NET_BYTE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct byte_queue {
	uint8_t *data;
	size_t begin, end, capacity;
};

/* Room for size bytes behind the last; byte_queue_put makes them part of it. NULL: no memory. */
uint8_t *byte_queue_reserve(struct byte_queue *queue, size_t size);
void byte_queue_put(struct byte_queue *queue, size_t size);
const uint8_t *byte_queue_first(const struct byte_queue *queue);
size_t byte_queue_size(const struct byte_queue *queue);
void byte_queue_take(struct byte_queue *queue, size_t size);
void byte_queue_finish(struct byte_queue *queue);

#endif
