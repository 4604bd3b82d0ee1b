/* SPDX-License-Identifier: Apache-2.0 */
#include "crc32.h"

#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES 65536u

static uint32_t update(const uint32_t table[256], uint32_t crc, const uint8_t *bytes, size_t size)
{
	crc = ~crc;
	for (size_t i = 0; i < size; i++)
		crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void make_table(uint32_t ret_table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
		ret_table[i] = crc;
	}
}

bool crc32_is(int fd, uint32_t expected)
{
	uint8_t *chunk = malloc(CHUNK_BYTES);
	uint32_t table[256], crc = 0;
	ssize_t bytes = -1;

	make_table(table);
	for (off_t at = 0; chunk != NULL; at += bytes) {
		bytes = pread(fd, chunk, CHUNK_BYTES, at);
		if (bytes <= 0)
			break;
		crc = update(table, crc, chunk, (size_t)bytes);
	}
	free(chunk);
	return bytes == 0 && crc == expected;
}
