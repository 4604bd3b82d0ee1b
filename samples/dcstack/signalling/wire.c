/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { READ_BYTES = 4096 };

struct reading {
	int (*deliver)(void *user, char letter, const char *text);
	void *user;
	int error;
};

void wire_init(struct wire *wire, int fd)
{
	*wire = (struct wire){.fd = fd};
	pthread_mutex_init(&wire->lock, NULL);
}

void wire_finish(struct wire *wire)
{
	deframer_finish(&wire->deframer);
	free(wire->waiting);
	pthread_mutex_destroy(&wire->lock);
}

/* Under the lock. */
static int append(struct wire *wire, char letter, const char *text, size_t length)
{
	size_t whole = FRAMING_HEADER_SIZE + 1 + length;
	uint8_t *grown, *frame;

	if (whole > WIRE_WAITING_MAX - wire->size)
		return -ENOBUFS;
	grown = realloc(wire->waiting, wire->size + whole);
	if (!grown)
		return -ENOMEM;
	frame = grown + wire->size;
	framing_write_header(frame, 1 + length);
	frame[FRAMING_HEADER_SIZE] = (uint8_t)letter;
	memcpy(frame + FRAMING_HEADER_SIZE + 1, text, length);
	wire->waiting = grown;
	wire->size += whole;
	return 0;
}

int wire_put(struct wire *wire, char letter, const char *text)
{
	size_t length = strlen(text);
	int error;

	if (length >= WIRE_MESSAGE_MAX)
		return -EMSGSIZE;
	pthread_mutex_lock(&wire->lock);
	error = append(wire, letter, text, length);
	pthread_mutex_unlock(&wire->lock);
	return error;
}

/* Where the other end is gone, who reads learns of it. */
void wire_flush(struct wire *wire)
{
	ssize_t sent = 0;

	pthread_mutex_lock(&wire->lock);
	while (sent >= 0 && wire->size) {
		sent = send(wire->fd, wire->waiting, wire->size, MSG_NOSIGNAL);
		if (sent < 0)
			break;
		wire->size -= (size_t)sent;
		memmove(wire->waiting, wire->waiting + sent, wire->size);
	}
	pthread_mutex_unlock(&wire->lock);
}

/* A text with a NUL in it would end too early. */
static bool on_packet(void *user, const uint8_t *data, size_t size)
{
	struct reading *reading = user;
	char text[WIRE_MESSAGE_MAX];

	if (!size || size > WIRE_MESSAGE_MAX || memchr(data, '\0', size)) {
		reading->error = -EPROTO;
		return false;
	}
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	reading->error = reading->deliver(reading->user, (char)*data, text);
	return !reading->error;
}

int wire_read(struct wire *wire, int (*deliver)(void *user, char letter, const char *text),
	      void *user)
{
	struct reading reading = {.deliver = deliver, .user = user};
	uint8_t buffer[READ_BYTES];
	ssize_t size = recv(wire->fd, buffer, sizeof(buffer), 0);
	int error;

	if (size < 0)
		return errno == EINTR ? 0 : -errno;
	if (!size)
		return -ECONNRESET;
	error = deframer_input(&wire->deframer, buffer, (size_t)size, on_packet, &reading);
	return error ? error : reading.error;
}
