/* SPDX-License-Identifier: Apache-2.0 */
#include "udp_queue.h"

#include <string.h>

static bool continues(const struct udp_run *run, const struct address *to, size_t size)
{
	return size > 0 && size <= run->segment && run->size % run->segment == 0 &&
	       run->size / run->segment < UDP_RUN_DATAGRAMS && address_equal(&run->to, to);
}

bool udp_queue_put(struct udp_queue *queue, const struct address *to, const void *data, size_t size)
{
	struct udp_run *last = queue->first < queue->end ? &queue->runs[queue->end - 1] : NULL;

	if (size > sizeof(queue->bytes) - queue->used)
		return false;
	if (last != NULL && continues(last, to, size)) {
		last->size += size;
	} else {
		if (queue->end == UDP_QUEUE_RUNS)
			return false;
		queue->runs[queue->end++] = (struct udp_run){
			.to = *to, .offset = queue->used, .size = size, .segment = size};
	}
	memcpy(queue->bytes + queue->used, data, size);
	queue->used += size;
	return true;
}

const struct udp_run *udp_queue_first(const struct udp_queue *queue)
{
	return queue->first < queue->end ? &queue->runs[queue->first] : NULL;
}

const uint8_t *udp_queue_data(const struct udp_queue *queue, const struct udp_run *run)
{
	return queue->bytes + run->offset;
}

void udp_queue_take(struct udp_queue *queue, size_t size)
{
	struct udp_run *run = &queue->runs[queue->first];

	run->offset += size;
	run->size -= size;
	if (run->size > 0)
		return;
	queue->first++;
	if (queue->first == queue->end)
		queue->first = queue->end = queue->used = 0;
}
