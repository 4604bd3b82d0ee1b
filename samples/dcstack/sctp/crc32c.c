/* SPDX-License-Identifier: Apache-2.0 */
#include <sctp/crc32c.h>
#include <string.h>

uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size)
{
	/* The remainder of each half byte, the polynomial reflected: 0x82f63b78. */
	static const uint32_t remainders[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	const uint8_t *bytes = data;

	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		crc = crc >> 4 ^ remainders[crc & 15];
		crc = crc >> 4 ^ remainders[crc & 15];
	}
	return ~crc;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *data,
							       size_t size)
{
	const uint8_t *bytes = data;
	uint64_t remainder = ~crc;

	for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, bytes, sizeof word);
		remainder = __builtin_ia32_crc32di(remainder, word);
	}
	for (; size; size--)
		remainder = __builtin_ia32_crc32qi((uint32_t)remainder, *bytes++);
	return ~(uint32_t)remainder;
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size)
{
	return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(crc, data, size)
						: crc32c_portable(crc, data, size);
}
