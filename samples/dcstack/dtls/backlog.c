/* SPDX-License-Identifier: Apache-2.0 */
#include "backlog.h"

#include <stdlib.h>
#include <string.h>

void backlog_init(struct backlog *backlog)
{
	*backlog = (struct backlog){.tail = &backlog->head};
}

void backlog_finish(struct backlog *backlog)
{
	struct backlog_datagram *datagram;

	while ((datagram = backlog_pop(backlog)))
		free(datagram);
}

void backlog_push(struct backlog *backlog, const uint8_t *data, size_t size)
{
	struct backlog_datagram *datagram;

	if (backlog->count == BACKLOG_MAX)
		return;
	datagram = malloc(sizeof(*datagram) + size);
	if (!datagram)
		return;
	datagram->next = NULL;
	datagram->size = size;
	memcpy(datagram->data, data, size);
	*backlog->tail = datagram;
	backlog->tail = &datagram->next;
	backlog->count++;
}

struct backlog_datagram *backlog_pop(struct backlog *backlog)
{
	struct backlog_datagram *datagram = backlog->head;

	if (!datagram)
		return NULL;
	backlog->head = datagram->next;
	if (!backlog->head)
		backlog->tail = &backlog->head;
	backlog->count--;
	return datagram;
}

bool backlog_is_empty(const struct backlog *backlog)
{
	return backlog->count == 0;
}
