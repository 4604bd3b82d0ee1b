/* SPDX-License-Identifier: Apache-2.0 */
#include <net/framing.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

void framing_write_header(uint8_t header[FRAMING_HEADER_SIZE], size_t packet_size)
{
	header[0] = (uint8_t)(packet_size >> 8);
	header[1] = (uint8_t)packet_size;
}

/* How many bytes the frame has that begins here, as far as its beginning tells. */
static size_t frame_size(const uint8_t *data, size_t size)
{
	if (size < FRAMING_HEADER_SIZE)
		return FRAMING_HEADER_SIZE;
	return FRAMING_HEADER_SIZE + ((size_t)data[0] << 8 | data[1]);
}

static int keep(struct deframer *deframer, const uint8_t *data, size_t size)
{
	size_t needed = deframer->size + size;

	if (needed > deframer->capacity) {
		uint8_t *grown = realloc(deframer->data, needed);
		if (grown == NULL)
			return -ENOMEM;
		deframer->data = grown;
		deframer->capacity = needed;
	}
	memcpy(deframer->data + deframer->size, data, size);
	deframer->size = needed;
	return 0;
}

/* Takes from the input what the frame that was begun lacks. Returns how much, or -ENOMEM. */
static ssize_t complete(struct deframer *deframer, const uint8_t *data, size_t size)
{
	size_t taken = 0;

	while (deframer->size < frame_size(deframer->data, deframer->size) && taken < size) {
		size_t lacking = frame_size(deframer->data, deframer->size) - deframer->size;
		size_t part = lacking < size - taken ? lacking : size - taken;
		int error = keep(deframer, data + taken, part);
		if (error < 0)
			return error;
		taken += part;
	}
	return (ssize_t)taken;
}

int deframer_input(struct deframer *deframer, const void *data, size_t size,
		   bool (*packet)(void *user, const uint8_t *data, size_t size), void *user)
{
	const uint8_t *next = data, *end = next + size;

	if (deframer->size > 0) {
		ssize_t taken = complete(deframer, next, size);
		size_t whole = frame_size(deframer->data, deframer->size);
		if (taken < 0)
			return (int)taken;
		if (deframer->size < whole)
			return 0;
		next += taken;
		deframer->size = 0;
		if (!packet(user, deframer->data + FRAMING_HEADER_SIZE,
			    whole - FRAMING_HEADER_SIZE))
			return 0;
	}
	while ((size_t)(end - next) >= FRAMING_HEADER_SIZE) {
		size_t whole = frame_size(next, (size_t)(end - next));
		if (whole > (size_t)(end - next))
			break;
		const uint8_t *payload = next + FRAMING_HEADER_SIZE;
		next += whole;
		if (!packet(user, payload, whole - FRAMING_HEADER_SIZE))
			return 0;
	}
	return next < end ? keep(deframer, next, (size_t)(end - next)) : 0;
}

void deframer_finish(struct deframer *deframer)
{
	free(deframer->data);
	*deframer = (struct deframer){0};
}
