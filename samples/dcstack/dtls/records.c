/* SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

/* RFC 6347 section 4.1: type, version, epoch, sequence number, length. */
enum { EPOCH_OFFSET = 3, LENGTH_OFFSET = 11, HEADER_SIZE = 13 };

/* 0 if it is not whole. */
static size_t whole(const uint8_t *data, size_t size)
{
	size_t record;

	if (size < HEADER_SIZE)
		return 0;
	record = HEADER_SIZE + (size_t)(data[LENGTH_OFFSET] << 8 | data[LENGTH_OFFSET + 1]);
	return record <= size ? record : 0;
}

size_t records_fit(const uint8_t *data, size_t size, size_t limit)
{
	size_t fit = 0, record;

	if (size > limit)
		size = limit;
	while ((record = whole(data + fit, size - fit)))
		fit += record;
	return fit;
}

size_t records_first(const uint8_t *data, size_t size)
{
	size_t record = whole(data, size);

	return record ? record : size;
}

bool records_first_is_cut(const uint8_t *data, size_t size, size_t seal)
{
	size_t record = whole(data, size);

	return record && (data[EPOCH_OFFSET] || data[EPOCH_OFFSET + 1]) &&
	       record - HEADER_SIZE < seal;
}
