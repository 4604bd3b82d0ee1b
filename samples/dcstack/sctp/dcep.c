/* SPDX-License-Identifier: Apache-2.0 */
#include <sctp/dcep.h>

#include <errno.h>
#include <limits.h>
#include <run/bytes.h>
#include <string.h>

/* RFC 8832 section 5.1. */
enum channel_type {
	RELIABLE = 0x00,
	MAX_RETRANSMITS = 0x01,
	MAX_LIFETIME = 0x02,
	UNORDERED = 0x80,
};

enum { OPEN_HEADER_SIZE = 12, NO_LIMIT = -1 };

/* RFC 8832 section 5.1: the reliability parameter of a reliable channel is ignored. */
static int read_type(uint8_t type, uint32_t parameter, struct dcep_open *open)
{
	int limit = parameter > INT_MAX ? INT_MAX : (int)parameter;

	open->unordered = type & UNORDERED;
	open->max_retransmits = open->max_lifetime_ms = NO_LIMIT;
	switch (type & ~UNORDERED) {
	case RELIABLE:
		return 0;
	case MAX_RETRANSMITS:
		open->max_retransmits = limit;
		return 0;
	case MAX_LIFETIME:
		open->max_lifetime_ms = limit;
		return 0;
	}
	return -EBADMSG;
}

static int read_open(const uint8_t *data, size_t size, struct dcep_open *ret_open)
{
	struct dcep_open open;

	if (size < OPEN_HEADER_SIZE)
		return -EBADMSG;
	int r = read_type(data[1], bytes_get32(data + 4), &open);
	if (r < 0)
		return r;
	open.priority = bytes_get16(data + 2);
	open.label_size = bytes_get16(data + 8);
	open.protocol_size = bytes_get16(data + 10);
	if (size != OPEN_HEADER_SIZE + open.label_size + open.protocol_size)
		return -EBADMSG;
	open.label = (const char *)data + OPEN_HEADER_SIZE;
	open.protocol = open.label + open.label_size;
	*ret_open = open;
	return DCEP_OPEN;
}

int dcep_read(const uint8_t *data, size_t size, struct dcep_open *ret_open)
{
	if (size == 1 && data[0] == DCEP_ACK)
		return DCEP_ACK;
	if (size >= 1 && data[0] == DCEP_OPEN)
		return read_open(data, size, ret_open);
	return -EBADMSG;
}

int dcep_write_open(const struct dcep_open *open, uint8_t *data, size_t max)
{
	uint8_t type = open->unordered ? UNORDERED : 0;
	uint32_t parameter = 0;

	if (open->label_size > UINT16_MAX || open->protocol_size > UINT16_MAX ||
	    max < OPEN_HEADER_SIZE + open->label_size + open->protocol_size)
		return -EMSGSIZE;
	if (open->max_retransmits >= 0) {
		type |= MAX_RETRANSMITS;
		parameter = (uint32_t)open->max_retransmits;
	} else if (open->max_lifetime_ms >= 0) {
		type |= MAX_LIFETIME;
		parameter = (uint32_t)open->max_lifetime_ms;
	}
	data[0] = DCEP_OPEN;
	data[1] = type;
	bytes_put16(data + 2, open->priority);
	bytes_put32(data + 4, parameter);
	bytes_put16(data + 8, (uint16_t)open->label_size);
	bytes_put16(data + 10, (uint16_t)open->protocol_size);
	if (open->label_size > 0)
		memcpy(data + OPEN_HEADER_SIZE, open->label, open->label_size);
	if (open->protocol_size > 0)
		memcpy(data + OPEN_HEADER_SIZE + open->label_size, open->protocol,
		       open->protocol_size);
	return (int)(OPEN_HEADER_SIZE + open->label_size + open->protocol_size);
}

int dcep_write_ack(uint8_t *data, size_t max)
{
	if (max < 1)
		return -EMSGSIZE;
	data[0] = DCEP_ACK;
	return 1;
}
