/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of frames is the same packets wherever it is cut. Byte 0: how large the pieces are. */
#include <net/framing.h>
#include <stdlib.h>
#include <string.h>

struct expected {
	const uint8_t *next, *end; /* the stream from the frame that is due */
};

static bool on_packet(void *user, const uint8_t *data, size_t size)
{
	struct expected *expected = user;
	uint8_t header[FRAMING_HEADER_SIZE];

	framing_write_header(header, size);
	if ((size_t)(expected->end - expected->next) < sizeof(header) + size ||
	    memcmp(expected->next, header, sizeof(header)) != 0 ||
	    memcmp(expected->next + sizeof(header), data, size) != 0)
		abort();
	expected->next += sizeof(header) + size;
	return true;
}

/* What is left is less than a frame, and all of it is kept. */
static void check_rest(const struct expected *expected, const struct deframer *deframer)
{
	size_t rest = (size_t)(expected->end - expected->next);

	if (rest != deframer->size || (rest > 0 && memcmp(expected->next, deframer->data, rest)))
		abort();
	if (rest >= FRAMING_HEADER_SIZE &&
	    rest >= FRAMING_HEADER_SIZE + ((size_t)expected->next[0] << 8 | expected->next[1]))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct deframer deframer = {0};

	if (size == 0)
		return 0;
	size_t piece = data[0] + (size_t)1;
	struct expected expected = {.next = data + 1, .end = data + size};
	for (const uint8_t *at = data + 1; at < expected.end; at += piece) {
		size_t left = (size_t)(expected.end - at);
		if (piece > left)
			piece = left;
		if (deframer_input(&deframer, at, piece, on_packet, &expected) < 0)
			abort();
	}
	check_rest(&expected, &deframer);
	deframer_finish(&deframer);
	return 0;
}
