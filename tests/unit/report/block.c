/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../cli/report/block.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int digit(char character)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = character ? strchr(digits, character) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* In place; how many bytes it was. */
static size_t decode(char *text, size_t length)
{
	size_t used = 0;

	cr_assert_eq(length % 4, 0, "%zu characters", length);
	for (size_t i = 0; i < length; i += 4) {
		bool last = i + 4 == length;
		size_t pads = last ? (size_t)(text[i + 3] == '=') + (text[i + 2] == '=') : 0;
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++) {
			int value = j < 4 - pads ? digit(text[i + j]) : 0;

			cr_assert_geq(value, 0, "'%c' at %zu", text[i + j], i + j);
			group = group << 6 | (uint32_t)value;
		}
		for (size_t j = 0; j < 3 - pads; j++)
			text[used++] = (char)(group >> (16 - 8 * j));
	}
	return used;
}

/* What is written of the bytes is these again. */
static void expect_same(const unsigned char *bytes, size_t size)
{
	unsigned char *again = malloc(size + 1);
	z_stream zlib = {.next_out = again, .avail_out = (uInt)size + 1};
	char *text;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	cr_assert_eq(block_write(stream, bytes, size), 0);
	fclose(stream);
	zlib.next_in = (unsigned char *)text;
	zlib.avail_in = (uInt)decode(text, length);
	cr_assert_eq(inflateInit2(&zlib, 15 + 16), Z_OK);
	cr_assert_eq(inflate(&zlib, Z_FINISH), Z_STREAM_END, "of %zu bytes", size);
	cr_assert_eq(zlib.avail_in, 0);
	cr_assert_eq(zlib.total_out, size);
	cr_expect_eq(memcmp(again, bytes, size), 0);
	inflateEnd(&zlib);
	free(again);
	free(text);
}

/* Bytes that cannot be made fewer: a fixed sequence (xorshift). */
static void fill(unsigned char *bytes, size_t size)
{
	uint64_t state = 88172645463325252ull;

	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i] = (unsigned char)state;
	}
}

Test(block, few_bytes_come_back)
{
	static const unsigned char bytes[] = "\0\xff<!--</script>";

	for (size_t size = 0; size <= sizeof(bytes); size++)
		expect_same(bytes, size);
}

Test(block, many_that_cannot_be_compressed_come_back)
{
	static unsigned char bytes[300000];

	fill(bytes, sizeof(bytes));
	for (size_t size = sizeof(bytes) - 8; size <= sizeof(bytes); size++)
		expect_same(bytes, size);
	/* About as many as are encoded at a time. */
	for (size_t size = 49152 - 60; size < 49152; size++)
		expect_same(bytes, size);
}

Test(block, what_repeats_becomes_small)
{
	static unsigned char bytes[1 << 20];
	char *text;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	cr_assert_eq(block_write(stream, bytes, sizeof(bytes)), 0);
	fclose(stream);
	cr_expect_lt(length, sizeof(bytes) / 100);
	free(text);
	expect_same(bytes, sizeof(bytes));
}

Test(block, equal_bytes_become_equal_texts)
{
	char *texts[2];
	size_t lengths[2];

	for (size_t i = 0; i < 2; i++) {
		FILE *stream = open_memstream(&texts[i], &lengths[i]);

		cr_assert_eq(block_write(stream, (const unsigned char *)"bytes", 5), 0);
		fclose(stream);
	}
	cr_expect_str_eq(texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
}

Test(block, a_full_stream_is_told)
{
	static unsigned char bytes[100000];
	FILE *stream = fopen("/dev/full", "w");

	cr_assert_not_null(stream);
	setvbuf(stream, NULL, _IONBF, 0);
	fill(bytes, sizeof(bytes));
	cr_expect_eq(block_write(stream, bytes, sizeof(bytes)), -ENOSPC);
	fclose(stream);
}
