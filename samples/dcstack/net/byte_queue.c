/* SPDX-License-Identifier: Apache-2.0 */
#include "byte_queue.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY_MIN = 4096 };

static uint8_t *grow(struct byte_queue *queue, size_t needed)
{
	size_t capacity = queue->capacity > 0 ? queue->capacity : CAPACITY_MIN;

	while (capacity < needed)
		capacity *= 2;
	uint8_t *data = realloc(queue->data, capacity);
	if (data == NULL)
		return NULL;
	queue->data = data;
	queue->capacity = capacity;
	return data;
}

uint8_t *byte_queue_reserve(struct byte_queue *queue, size_t size)
{
	size_t used = byte_queue_size(queue);

	if (used + size > queue->capacity && grow(queue, used + size) == NULL)
		return NULL;
	if (size > queue->capacity - queue->end) {
		memmove(queue->data, queue->data + queue->begin, used);
		queue->begin = 0;
		queue->end = used;
	}
	return queue->data + queue->end;
}

void byte_queue_put(struct byte_queue *queue, size_t size)
{
	queue->end += size;
}

const uint8_t *byte_queue_first(const struct byte_queue *queue)
{
	return queue->data + queue->begin;
}

size_t byte_queue_size(const struct byte_queue *queue)
{
	return queue->end - queue->begin;
}

void byte_queue_take(struct byte_queue *queue, size_t size)
{
	queue->begin += size;
	if (queue->begin == queue->end)
		queue->begin = queue->end = 0;
}

void byte_queue_finish(struct byte_queue *queue)
{
	free(queue->data);
	*queue = (struct byte_queue){0};
}
