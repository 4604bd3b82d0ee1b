/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

void buffer_init(struct buffer *buffer)
{
	*buffer = (struct buffer){0};
	buffer->last = &buffer->first;
	pthread_mutex_init(&buffer->lock, NULL);
}

/* Up to end, which stays where it is. */
static void release(struct parcel *parcel, const struct parcel *end)
{
	struct parcel *next;

	for (; parcel != end; parcel = next) {
		next = parcel->next;
		parcel_release(parcel, "buffer");
	}
}

void buffer_finish(struct buffer *buffer)
{
	release(buffer->first, NULL);
	pthread_mutex_destroy(&buffer->lock);
}

bool buffer_put(struct buffer *buffer, struct parcel *parcel)
{
	bool was_attended;

	pthread_mutex_lock(&buffer->lock);
	parcel->next = NULL;
	*buffer->last = parcel;
	buffer->last = &parcel->next;
	if (!buffer->next)
		buffer->next = parcel;
	was_attended = buffer->attended;
	buffer->attended = true;
	pthread_mutex_unlock(&buffer->lock);
	return !was_attended;
}

const struct parcel *buffer_next(struct buffer *buffer)
{
	const struct parcel *parcel;

	pthread_mutex_lock(&buffer->lock);
	parcel = buffer->next;
	if (parcel)
		buffer->next = parcel->next;
	pthread_mutex_unlock(&buffer->lock);
	return parcel;
}

void buffer_reset(struct buffer *buffer)
{
	struct parcel *first, *end;

	pthread_mutex_lock(&buffer->lock);
	first = buffer->first;
	end = buffer->next;
	buffer->first = end;
	if (!end)
		buffer->last = &buffer->first;
	pthread_mutex_unlock(&buffer->lock);
	release(first, end);
}

bool buffer_has_more(struct buffer *buffer)
{
	bool more;

	pthread_mutex_lock(&buffer->lock);
	more = buffer->next;
	buffer->attended = more;
	pthread_mutex_unlock(&buffer->lock);
	return more;
}
