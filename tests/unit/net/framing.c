/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <net/framing.h>
#include <stdlib.h>
#include <string.h>

/* What arrived, each packet as its size and its bytes in order. */
struct arrived {
	size_t sizes[16];
	unsigned count, stop_after; /* 0: never stops */
	uint8_t bytes[200000];
	size_t total;
};

static struct arrived arrived;

static bool on_packet(void *user, const uint8_t *data, size_t size)
{
	struct arrived *to = user;

	cr_assert_lt(to->count, 16);
	memcpy(to->bytes + to->total, data, size);
	to->total += size;
	to->sizes[to->count++] = size;
	return to->count != to->stop_after;
}

static size_t frame(uint8_t *at, size_t size, uint8_t fill)
{
	framing_write_header(at, size);
	memset(at + FRAMING_HEADER_SIZE, fill, size);
	return FRAMING_HEADER_SIZE + size;
}

/* A copy of its own size, so that the sanitizer sees what is read beyond it. */
static int input(struct deframer *deframer, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + (size == 0));

	memcpy(copy, data, size);
	int error = deframer_input(deframer, copy, size, on_packet, &arrived);
	free(copy);
	return error;
}

Test(framing, a_header_is_the_length_in_network_order)
{
	uint8_t header[FRAMING_HEADER_SIZE];

	framing_write_header(header, 0x1234);
	cr_assert_eq(header[0], 0x12);
	cr_assert_eq(header[1], 0x34);
	framing_write_header(header, FRAMING_PACKET_MAX);
	cr_assert_eq(header[0], 0xff);
	cr_assert_eq(header[1], 0xff);
}

static void expect_three(void)
{
	static const uint8_t expected[] = {1, 1, 1, 2, 2, 2, 2, 2};

	cr_assert_eq(arrived.count, 3);
	cr_assert_eq(arrived.sizes[0], 3);
	cr_assert_eq(arrived.sizes[1], 0);
	cr_assert_eq(arrived.sizes[2], 5);
	cr_assert_arr_eq(arrived.bytes, expected, sizeof(expected));
}

static size_t three(uint8_t *stream)
{
	size_t size = frame(stream, 3, 1);

	size += frame(stream + size, 0, 0);
	return size + frame(stream + size, 5, 2);
}

Test(framing, packets_come_whole_wherever_the_stream_is_cut)
{
	uint8_t stream[32];
	size_t size = three(stream);

	for (size_t first = 0; first <= size; first++) {
		for (size_t second = first; second <= size; second++) {
			struct deframer deframer = {0};
			arrived = (struct arrived){0};
			cr_assert_eq(input(&deframer, stream, first), 0);
			cr_assert_eq(input(&deframer, stream + first, second - first), 0);
			cr_assert_eq(input(&deframer, stream + second, size - second), 0);
			expect_three();
			cr_assert_eq(deframer.size, 0);
			deframer_finish(&deframer);
		}
	}
}

Test(framing, packets_come_whole_byte_by_byte)
{
	struct deframer deframer = {0};
	uint8_t stream[32];
	size_t size = three(stream);

	for (size_t i = 0; i < size; i++)
		cr_assert_eq(input(&deframer, stream + i, 1), 0);
	expect_three();
	deframer_finish(&deframer);
}

Test(framing, the_largest_packet_comes_whole)
{
	static uint8_t stream[FRAMING_HEADER_SIZE + FRAMING_PACKET_MAX];
	struct deframer deframer = {0};
	size_t size = frame(stream, FRAMING_PACKET_MAX, 7);

	for (size_t i = 0; i < size; i += 1000)
		cr_assert_eq(input(&deframer, stream + i, size - i < 1000 ? size - i : 1000), 0);
	cr_assert_eq(arrived.count, 1);
	cr_assert_eq(arrived.sizes[0], FRAMING_PACKET_MAX);
	cr_assert_eq(arrived.bytes[FRAMING_PACKET_MAX - 1], 7);
	deframer_finish(&deframer);
}

Test(framing, memory_follows_what_came_and_not_what_a_header_says)
{
	static const uint8_t header[] = {0xff, 0xff, 1};
	struct deframer deframer = {0};

	cr_assert_eq(input(&deframer, header, sizeof(header)), 0);
	cr_assert_eq(arrived.count, 0);
	cr_assert_lt(deframer.capacity, 64);
	deframer_finish(&deframer);
}

Test(framing, who_stops_gets_no_more_and_the_rest_is_dropped)
{
	struct deframer deframer = {0};
	uint8_t stream[32];
	size_t size = three(stream);

	for (size_t cut = 0; cut < FRAMING_HEADER_SIZE + 3; cut++) {
		arrived = (struct arrived){.stop_after = 1};
		cr_assert_eq(input(&deframer, stream, cut), 0);
		cr_assert_eq(input(&deframer, stream + cut, size - cut), 0);
		cr_assert_eq(arrived.count, 1);
		cr_assert_eq(deframer.size, 0);
	}
	deframer_finish(&deframer);
}
