/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include <errno.h>
#include <stdint.h>
#include <zlib.h>

enum {
	WINDOW_BITS = 15,
	AS_GZIP = 16,
	MEMORY_LEVEL = 8,
	CHUNK_BYTES = 3 << 14, /* whole groups of three */
	LINE_BYTES = CHUNK_BYTES / 3 * 4,
	TAKE_BYTES = 1 << 30,
};

/* Of three bytes four characters; of fewer, which end the text, four with padding. */
static size_t encode(const unsigned char *bytes, size_t size, char *ret_text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to = ret_text;

	for (size_t i = 0; i < size; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16;

		group |= i + 1 < size ? (uint32_t)bytes[i + 1] << 8 : 0;
		group |= i + 2 < size ? bytes[i + 2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = i + 1 < size ? digits[group >> 6 & 63] : '=';
		*to++ = i + 2 < size ? digits[group & 63] : '=';
	}
	return (size_t)(to - ret_text);
}

/* What zlib makes of all that it was given so far, but for what it keeps. */
static int drain(z_stream *zlib, int flush, unsigned char *chunk, FILE *stream)
{
	char line[LINE_BYTES];
	int result = Z_OK;

	while (result != Z_STREAM_END && (zlib->avail_in || flush == Z_FINISH)) {
		size_t used;

		result = deflate(zlib, flush);
		used = CHUNK_BYTES - zlib->avail_out;
		if (zlib->avail_out && result != Z_STREAM_END)
			continue;
		used = encode(chunk, used, line);
		errno = 0;
		if (fwrite(line, 1, used, stream) < used)
			return errno ? -errno : -EIO;
		zlib->next_out = chunk;
		zlib->avail_out = CHUNK_BYTES;
	}
	return 0;
}

int block_write(FILE *stream, const unsigned char *bytes, size_t size)
{
	unsigned char chunk[CHUNK_BYTES];
	z_stream zlib = {.next_out = chunk, .avail_out = sizeof(chunk)};
	int r = 0;

	if (deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS + AS_GZIP,
			 MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	do {
		zlib.next_in = (unsigned char *)bytes;
		zlib.avail_in = size > TAKE_BYTES ? TAKE_BYTES : (uInt)size;
		bytes += zlib.avail_in;
		size -= zlib.avail_in;
		r = drain(&zlib, size ? Z_NO_FLUSH : Z_FINISH, chunk, stream);
	} while (r == 0 && size);
	deflateEnd(&zlib);
	return r;
}
