/* SPDX-License-Identifier: Apache-2.0 */
#include "mdns_message.h"

#include <errno.h>
#include <run/bytes.h>
#include <string.h>
#include <strings.h>

enum {
	HEADER_SIZE = 12,
	QUESTION_COUNT_AT = 4,
	LABEL_MAX = 63,
	NAME_MAX_BYTES = 255, /* RFC 1035 section 3.1, with lengths and the root */
	POINTER = 0xc0,
	POINTER_MASK = 0x3fff,
	CLASS_IN = 1,
	CLASS_MASK = 0x7fff, /* RFC 6762 section 10.2: the top bit flushes caches */
	FLAG_RESPONSE = 0x8000,
	FLAGS_OPCODE_RCODE = 0x780f,
};

struct reader {
	const uint8_t *data;
	size_t size, at;
};

struct record {
	char name[NAME_MAX_BYTES + 1];
	uint16_t type, class, size;
	uint32_t ttl;
	const uint8_t *data;
};

static int read_u16(struct reader *reader, uint16_t *ret_value)
{
	if (reader->size - reader->at < 2)
		return -EBADMSG;
	*ret_value = bytes_get16(reader->data + reader->at);
	reader->at += 2;
	return 0;
}

static int read_u32(struct reader *reader, uint32_t *ret_value)
{
	if (reader->size - reader->at < 4)
		return -EBADMSG;
	*ret_value = bytes_get32(reader->data + reader->at);
	reader->at += 4;
	return 0;
}

/* Each jump must go before the one it comes from: there is no circle. */
static int follow(const struct reader *reader, size_t *at, size_t *limit)
{
	if (reader->size - *at < 2)
		return -EBADMSG;
	size_t target = bytes_get16(reader->data + *at) & POINTER_MASK;
	if (target >= *limit)
		return -EBADMSG;
	*at = *limit = target;
	return 0;
}

static int append_label(char *name, size_t *length, const uint8_t *label, size_t size)
{
	if (*length + size + 1 > NAME_MAX_BYTES)
		return -EBADMSG;
	/* A dot or NUL within would make it look like another name. */
	if (memchr(label, '.', size) || memchr(label, '\0', size))
		return -EBADMSG;
	if (*length > 0)
		name[(*length)++] = '.';
	memcpy(name + *length, label, size);
	*length += size;
	return 0;
}

/* RFC 1035 section 4.1.4. Without the dot of the root. */
static int read_name(struct reader *reader, char ret_name[NAME_MAX_BYTES + 1])
{
	size_t at = reader->at, limit = reader->at, length = 0, end = 0;

	while (at < reader->size && reader->data[at] != 0) {
		size_t size = reader->data[at];

		if ((size & POINTER) == POINTER) {
			if (end == 0)
				end = at + 2;
			if (follow(reader, &at, &limit) < 0)
				return -EBADMSG;
			continue;
		}
		if (size > LABEL_MAX || reader->size - at - 1 < size ||
		    append_label(ret_name, &length, reader->data + at + 1, size) < 0)
			return -EBADMSG;
		at += 1 + size;
	}
	if (at >= reader->size)
		return -EBADMSG;
	ret_name[length] = '\0';
	reader->at = end ? end : at + 1;
	return 0;
}

static int read_record(struct reader *reader, struct record *ret_record)
{
	if (read_name(reader, ret_record->name) < 0 || read_u16(reader, &ret_record->type) < 0 ||
	    read_u16(reader, &ret_record->class) < 0 || read_u32(reader, &ret_record->ttl) < 0 ||
	    read_u16(reader, &ret_record->size) < 0 || reader->size - reader->at < ret_record->size)
		return -EBADMSG;
	ret_record->data = reader->data + reader->at;
	reader->at += ret_record->size;
	return 0;
}

static int read_question(struct reader *reader)
{
	char name[NAME_MAX_BYTES + 1];
	uint16_t type, class;

	if (read_name(reader, name) < 0 || read_u16(reader, &type) < 0 ||
	    read_u16(reader, &class) < 0)
		return -EBADMSG;
	return 0;
}

static bool has_address(const struct record *record, const char *name)
{
	if ((record->class & CLASS_MASK) != CLASS_IN || strcasecmp(record->name, name) != 0)
		return false;
	if (record->ttl == 0) /* RFC 6762 section 10.1: goodbye */
		return false;
	return (record->type == MDNS_A && record->size == sizeof(struct in_addr)) ||
	       (record->type == MDNS_AAAA && record->size == sizeof(struct in6_addr));
}

static void copy_address(const struct record *record, struct address *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	if (record->type == MDNS_A) {
		ret_address->size = sizeof(ret_address->v4);
		ret_address->v4.sin_family = AF_INET;
		memcpy(&ret_address->v4.sin_addr, record->data, record->size);
	} else {
		ret_address->size = sizeof(ret_address->v6);
		ret_address->v6.sin6_family = AF_INET6;
		memcpy(&ret_address->v6.sin6_addr, record->data, record->size);
	}
}

int mdns_read_answer(const uint8_t *data, size_t size, const char *name,
		     struct address *ret_address)
{
	struct reader reader = {.data = data, .size = size};
	uint16_t id, flags, questions, answers, authorities, additionals;
	struct record record;

	if (read_u16(&reader, &id) < 0 || read_u16(&reader, &flags) < 0 ||
	    read_u16(&reader, &questions) < 0 || read_u16(&reader, &answers) < 0 ||
	    read_u16(&reader, &authorities) < 0 || read_u16(&reader, &additionals) < 0)
		return -EBADMSG;
	if (!(flags & FLAG_RESPONSE) || (flags & FLAGS_OPCODE_RCODE))
		return -ENOENT;
	for (unsigned i = 0; i < questions; i++)
		if (read_question(&reader) < 0)
			return -EBADMSG;
	for (unsigned i = 0; i < (unsigned)answers + authorities + additionals; i++) {
		if (read_record(&reader, &record) < 0)
			return -EBADMSG;
		if (!has_address(&record, name))
			continue;
		copy_address(&record, ret_address);
		return 0;
	}
	return -ENOENT;
}

static int write_name(const char *name, uint8_t *data)
{
	size_t at = 0;

	while (*name) {
		size_t size = strcspn(name, ".");

		if (size == 0 || size > LABEL_MAX || at + size + 2 > NAME_MAX_BYTES)
			return -EINVAL;
		data[at++] = (uint8_t)size;
		memcpy(data + at, name, size);
		at += size;
		name += size + (name[size] == '.');
	}
	data[at++] = 0;
	return (int)at;
}

/* The answer is asked for by multicast ("QM"): port 5353 is shared with other programs of the host,
 * and a unicast answer would reach one of them. */
int mdns_write_question(const char *name, uint16_t type, uint8_t *data, size_t max)
{
	uint8_t question[MDNS_QUESTION_MAX] = {0};
	int length = write_name(name, question + HEADER_SIZE);

	if (length <= 1)
		return -EINVAL;
	bytes_put16(question + QUESTION_COUNT_AT, 1);
	size_t at = HEADER_SIZE + (size_t)length;
	bytes_put16(question + at, type);
	bytes_put16(question + at + 2, CLASS_IN);
	at += 4;
	if (at > max)
		return -EMSGSIZE;
	memcpy(data, question, at);
	return (int)at;
}
