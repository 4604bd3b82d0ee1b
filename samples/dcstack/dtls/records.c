/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

/* RFC 6347 section 4.1: type, version, epoch, sequence number, length. */
enum { HEADER_SIZE = 13, LENGTH_OFFSET = 11 };

size_t records_fit(const uint8_t *data, size_t size, size_t limit)
{
	size_t fit = 0;

	if (size > limit)
		size = limit;
	while (size - fit >= HEADER_SIZE) {
		const uint8_t *length = data + fit + LENGTH_OFFSET;
		size_t record = HEADER_SIZE + (size_t)(length[0] << 8 | length[1]);

		if (record > size - fit)
			break;
		fit += record;
	}
	return fit;
}
