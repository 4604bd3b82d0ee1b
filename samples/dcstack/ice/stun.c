/* SPDX-License-Identifier: Apache-2.0 */
#include <ice/stun.h>

#include "stun_attribute.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <run/bytes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FINGERPRINT_XOR 0x5354554eu

enum {
	HEADER_SIZE = 20,
	ATTRIBUTE_HEADER_SIZE = 4,
	INTEGRITY_SIZE = 20,
	FINGERPRINT_SIZE = 4,
};

enum { MESSAGE_INTEGRITY = 0x0008, FINGERPRINT = 0x8028 };

struct attribute {
	uint16_t type;
	uint16_t size; /* without padding */
	size_t offset; /* of its header in the message */
	const uint8_t *value;
};

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* RFC 8489 section 5: the bits of the class lie between those of the method. */
static uint16_t make_type(enum stun_class class, uint16_t method)
{
	return (uint16_t)((method & 0xf80) << 2 | (method & 0x070) << 1 | (method & 0x00f) |
			  (class & 2) << 7 | (class & 1) << 4);
}

static enum stun_class type_class(uint16_t type)
{
	return (enum stun_class)((type >> 7 & 2) | (type >> 4 & 1));
}

static uint16_t type_method(uint16_t type)
{
	return (uint16_t)((type >> 2 & 0xf80) | (type >> 1 & 0x070) | (type & 0x00f));
}

/* The CRC-32 of ISO 3309, four bits at a time: messages are short. */
static uint32_t crc32(const uint8_t *data, size_t size)
{
	/* clang-format off */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	/* clang-format on */
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		crc = table[crc & 15] ^ crc >> 4;
		crc = table[crc & 15] ^ crc >> 4;
	}
	return ~crc;
}

bool stun_is_message(const uint8_t *data, size_t size)
{
	return size >= HEADER_SIZE && data[0] < 4 && bytes_get32(data + 4) == STUN_COOKIE;
}

/* 1 and the attribute at *offset, which moves on; 0 at the end; -EBADMSG if it reaches beyond. */
static int next_attribute(const uint8_t *data, size_t size, size_t *offset,
			  struct attribute *ret_attribute)
{
	size_t left = size - *offset;

	if (left == 0)
		return 0;
	if (left < ATTRIBUTE_HEADER_SIZE)
		return -EBADMSG;
	struct attribute attribute = {
		.type = bytes_get16(data + *offset),
		.size = bytes_get16(data + *offset + 2),
		.offset = *offset,
		.value = data + *offset + ATTRIBUTE_HEADER_SIZE,
	};
	if (padded(attribute.size) > left - ATTRIBUTE_HEADER_SIZE)
		return -EBADMSG;
	*offset += ATTRIBUTE_HEADER_SIZE + padded(attribute.size);
	*ret_attribute = attribute;
	return 1;
}

static int check_fingerprint(const uint8_t *data, size_t size, const struct attribute *attribute)
{
	if (attribute->size != FINGERPRINT_SIZE)
		return -EBADMSG;
	/* It is the last attribute (RFC 8489 section 14.7), so that the length is right as it is.
	 */
	if (attribute->offset + ATTRIBUTE_HEADER_SIZE + FINGERPRINT_SIZE != size)
		return -EBADMSG;
	if ((crc32(data, attribute->offset) ^ FINGERPRINT_XOR) != bytes_get32(attribute->value))
		return -EBADMSG;
	return 0;
}

static int read_attributes(const uint8_t *data, size_t size, struct stun_message *message)
{
	struct attribute attribute;
	unsigned seen = 0;
	size_t offset = HEADER_SIZE;
	int r;

	while ((r = next_attribute(data, size, &offset, &attribute)) > 0) {
		if (attribute.type == FINGERPRINT) {
			r = check_fingerprint(data, size, &attribute);
			message->has_fingerprint = true;
		} else if (message->has_integrity) {
			r = 0; /* nobody vouches for it: RFC 8489 section 14.5 */
		} else if (attribute.type == MESSAGE_INTEGRITY) {
			r = attribute.size == INTEGRITY_SIZE ? 0 : -EBADMSG;
			message->has_integrity = true;
		} else {
			r = stun_attribute_read(message, attribute.type, attribute.value,
						attribute.size, &seen);
		}
		if (r < 0)
			return r;
	}
	return r;
}

int stun_read(const uint8_t *data, size_t size, struct stun_message *ret_message)
{
	struct stun_message message = {.method = 0};

	if (!stun_is_message(data, size) || size > STUN_MESSAGE_MAX)
		return -EBADMSG;
	if (bytes_get16(data + 2) != size - HEADER_SIZE)
		return -EBADMSG;
	message.class = type_class(bytes_get16(data));
	message.method = type_method(bytes_get16(data));
	memcpy(message.transaction, data + 8, STUN_TRANSACTION_SIZE);
	int r = read_attributes(data, size, &message);
	if (r < 0)
		return r;
	*ret_message = message;
	return 0;
}

/* What MESSAGE-INTEGRITY at offset says of what is before it. The length in the header is then that
 * of a message which ends with this attribute (RFC 8489 section 14.5). */
static int make_integrity(const char *password, const uint8_t *data, size_t offset,
			  uint8_t ret_integrity[INTEGRITY_SIZE])
{
	uint8_t copy[STUN_MESSAGE_MAX];
	unsigned size = INTEGRITY_SIZE;

	memcpy(copy, data, offset);
	bytes_put16(copy + 2,
		    (uint16_t)(offset + ATTRIBUTE_HEADER_SIZE + INTEGRITY_SIZE - HEADER_SIZE));
	if (!HMAC(EVP_sha1(), password, (int)strlen(password), copy, offset, ret_integrity, &size))
		return -ENOMEM;
	return 0;
}

int stun_check_integrity(const uint8_t *data, size_t size, const char *password)
{
	struct attribute attribute;
	uint8_t expected[INTEGRITY_SIZE];
	size_t offset = HEADER_SIZE;

	if (size < HEADER_SIZE || size > STUN_MESSAGE_MAX)
		return -ENOENT;
	while (next_attribute(data, size, &offset, &attribute) > 0) {
		if (attribute.type != MESSAGE_INTEGRITY || attribute.size != INTEGRITY_SIZE)
			continue;
		if (make_integrity(password, data, attribute.offset, expected) < 0)
			return -EACCES;
		return CRYPTO_memcmp(expected, attribute.value, INTEGRITY_SIZE) ? -EACCES : 0;
	}
	return -ENOENT;
}

struct writer {
	uint8_t *data;
	size_t size, max;
};

/* Appends it and counts it in the header. */
static int put_attribute(struct writer *writer, uint16_t type, const uint8_t *value, size_t size)
{
	uint8_t *at = writer->data + writer->size;

	if (writer->max - writer->size < ATTRIBUTE_HEADER_SIZE + padded(size))
		return -EMSGSIZE;
	bytes_put16(at, type);
	bytes_put16(at + 2, (uint16_t)size);
	memcpy(at + ATTRIBUTE_HEADER_SIZE, value, size);
	memset(at + ATTRIBUTE_HEADER_SIZE + size, 0, padded(size) - size);
	writer->size += ATTRIBUTE_HEADER_SIZE + padded(size);
	bytes_put16(writer->data + 2, (uint16_t)(writer->size - HEADER_SIZE));
	return 0;
}

static int put_known(struct writer *writer, const struct stun_message *message)
{
	uint8_t value[STUN_VALUE_MAX];
	uint16_t type;
	int size, r = 0;

	for (unsigned row = 0; r == 0; row++) {
		size = stun_attribute_write(message, row, &type, value);
		if (size == -ERANGE)
			break;
		if (size >= 0)
			r = put_attribute(writer, type, value, (size_t)size);
	}
	return r;
}

static int put_integrity(struct writer *writer, const char *password)
{
	uint8_t integrity[INTEGRITY_SIZE];
	int r = make_integrity(password, writer->data, writer->size, integrity);

	return r < 0 ? r : put_attribute(writer, MESSAGE_INTEGRITY, integrity, INTEGRITY_SIZE);
}

static int put_fingerprint(struct writer *writer)
{
	uint8_t fingerprint[FINGERPRINT_SIZE] = {0};
	size_t offset = writer->size;
	int r = put_attribute(writer, FINGERPRINT, fingerprint, FINGERPRINT_SIZE);

	if (r < 0)
		return r;
	bytes_put32(writer->data + offset + ATTRIBUTE_HEADER_SIZE,
		    crc32(writer->data, offset) ^ FINGERPRINT_XOR);
	return 0;
}

int stun_write(const struct stun_message *message, const char *password, uint8_t *data, size_t max)
{
	struct writer writer = {.data = data, .size = HEADER_SIZE};

	writer.max = max < STUN_MESSAGE_MAX ? max : STUN_MESSAGE_MAX;
	if (writer.max < HEADER_SIZE)
		return -EMSGSIZE;
	bytes_put16(data, make_type(message->class, message->method));
	bytes_put16(data + 2, 0);
	bytes_put32(data + 4, STUN_COOKIE);
	memcpy(data + 8, message->transaction, STUN_TRANSACTION_SIZE);
	int r = put_known(&writer, message);
	if (r == 0 && password)
		r = put_integrity(&writer, password);
	if (r == 0)
		r = put_fingerprint(&writer);
	return r < 0 ? r : (int)writer.size;
}

void stun_new_transaction(uint8_t ret_transaction[STUN_TRANSACTION_SIZE])
{
	/* A transaction that can be guessed can be answered by anybody. The kernel only fails here
	 * where it has no random numbers at all. */
	if (getentropy(ret_transaction, STUN_TRANSACTION_SIZE) < 0)
		abort();
}
