/* SPDX-License-Identifier: Apache-2.0 */
#include <ice/stun.h>

#include <endian.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC_COOKIE 0x2112a442u
#define FINGERPRINT_XOR 0x5354554eu
#define COMPREHENSION_OPTIONAL 0x8000u

enum {
	HEADER_SIZE = 20,
	ATTRIBUTE_HEADER_SIZE = 4,
	INTEGRITY_SIZE = 20,
	FINGERPRINT_SIZE = 4,
	VALUE_MAX = STUN_USERNAME_MAX, /* of those that are written here */
	TEXT_MAX = 763,		       /* RFC 8489 sections 14.8 to 14.10 */
};

enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 }; /* RFC 8489 section 14.1 */

enum attribute_type {
	MAPPED_ADDRESS = 0x0001,
	SOURCE_ADDRESS = 0x0004,
	CHANGED_ADDRESS = 0x0005,
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	UNKNOWN_ATTRIBUTES = 0x000a,
	REALM = 0x0014,
	NONCE = 0x0015,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	FINGERPRINT = 0x8028,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
};

struct attribute {
	uint16_t type;
	uint16_t size; /* without padding */
	size_t offset; /* of its header in the message */
	const uint8_t *value;
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, (uint16_t)(value >> 16));
	put16(at + 2, (uint16_t)value);
}

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

/* XOR-MAPPED-ADDRESS hides an address from NATs that rewrite what looks like one. Going there and
 * back is the same. RFC 8489 section 14.2: the key is the cookie and the transaction. */
static void xor_address(const uint8_t *transaction, uint8_t *value, size_t size)
{
	uint8_t key[4 + STUN_TRANSACTION_SIZE];

	put32(key, MAGIC_COOKIE);
	memcpy(key + 4, transaction, STUN_TRANSACTION_SIZE);
	value[2] ^= key[0];
	value[3] ^= key[1];
	for (size_t i = 4; i < size; i++)
		value[i] ^= key[i - 4];
}

static int read_address(const uint8_t *value, size_t size, struct address *ret_address)
{
	struct address address = {.size = 0};

	if (value[1] == FAMILY_IPV4 && size == 8) {
		address.size = sizeof(address.v4);
		address.v4.sin_family = AF_INET;
		memcpy(&address.v4.sin_port, value + 2, 2);
		memcpy(&address.v4.sin_addr, value + 4, 4);
	} else if (value[1] == FAMILY_IPV6 && size == 20) {
		address.size = sizeof(address.v6);
		address.v6.sin6_family = AF_INET6;
		memcpy(&address.v6.sin6_port, value + 2, 2);
		memcpy(&address.v6.sin6_addr, value + 4, 16);
	} else {
		return -EBADMSG;
	}
	*ret_address = address;
	return 0;
}

static int read_mapped(struct stun_message *message, const uint8_t *value, size_t size)
{
	struct address address;
	int r = read_address(value, size, &address);

	if (r == 0 && message->mapped.size == 0)
		message->mapped = address;
	return r;
}

static int read_xor_mapped(struct stun_message *message, const uint8_t *value, size_t size)
{
	uint8_t clear[20];

	memcpy(clear, value, size);
	xor_address(message->transaction, clear, size);
	return read_address(clear, size, &message->mapped);
}

static int write_xor_mapped(const struct stun_message *message, uint8_t *value)
{
	const struct address *address = &message->mapped;
	int size;

	if (address->size == 0)
		return -ENOENT;
	value[0] = 0;
	if (address->any.sa_family == AF_INET) {
		size = 8;
		value[1] = FAMILY_IPV4;
		memcpy(value + 2, &address->v4.sin_port, 2);
		memcpy(value + 4, &address->v4.sin_addr, 4);
	} else {
		size = 20;
		value[1] = FAMILY_IPV6;
		memcpy(value + 2, &address->v6.sin6_port, 2);
		memcpy(value + 4, &address->v6.sin6_addr, 16);
	}
	xor_address(message->transaction, value, (size_t)size);
	return size;
}

static int read_username(struct stun_message *message, const uint8_t *value, size_t size)
{
	if (memchr(value, 0, size))
		return -EBADMSG;
	memcpy(message->username, value, size);
	return 0;
}

static int write_username(const struct stun_message *message, uint8_t *value)
{
	size_t size = strnlen(message->username, STUN_USERNAME_MAX);

	if (size == 0)
		return -ENOENT;
	memcpy(value, message->username, size);
	return (int)size;
}

static int read_priority(struct stun_message *message, const uint8_t *value, size_t size)
{
	(void)size;
	message->priority = get32(value);
	return 0;
}

static int write_priority(const struct stun_message *message, uint8_t *value)
{
	if (message->priority == 0)
		return -ENOENT;
	put32(value, message->priority);
	return 4;
}

static int read_use_candidate(struct stun_message *message, const uint8_t *value, size_t size)
{
	(void)value, (void)size;
	message->use_candidate = true;
	return 0;
}

static int write_use_candidate(const struct stun_message *message, uint8_t *value)
{
	(void)value;
	return message->use_candidate ? 0 : -ENOENT;
}

/* An agent has one role (RFC 8445 section 7.1.3): both attributes at once are malformed. */
static int read_tie_breaker(struct stun_message *message, const uint8_t *value, bool *role)
{
	if (message->controlling || message->controlled)
		return -EBADMSG;
	*role = true;
	message->tie_breaker = (uint64_t)get32(value) << 32 | get32(value + 4);
	return 0;
}

static int write_tie_breaker(const struct stun_message *message, uint8_t *value)
{
	put32(value, (uint32_t)(message->tie_breaker >> 32));
	put32(value + 4, (uint32_t)message->tie_breaker);
	return 8;
}

static int read_controlling(struct stun_message *message, const uint8_t *value, size_t size)
{
	(void)size;
	return read_tie_breaker(message, value, &message->controlling);
}

static int write_controlling(const struct stun_message *message, uint8_t *value)
{
	return message->controlling ? write_tie_breaker(message, value) : -ENOENT;
}

static int read_controlled(struct stun_message *message, const uint8_t *value, size_t size)
{
	(void)size;
	return read_tie_breaker(message, value, &message->controlled);
}

static int write_controlled(const struct stun_message *message, uint8_t *value)
{
	return message->controlled ? write_tie_breaker(message, value) : -ENOENT;
}

/* RFC 8489 section 14.8: hundreds and the rest; the phrase is for people. */
static int read_error_code(struct stun_message *message, const uint8_t *value, size_t size)
{
	unsigned hundreds = value[2] & 7, rest = value[3];

	(void)size;
	if (hundreds < 3 || hundreds > 6 || rest > 99)
		return -EBADMSG;
	message->error_code = hundreds * 100 + rest;
	return 0;
}

static const char *error_phrase(unsigned code)
{
	static const struct {
		unsigned code;
		const char *phrase;
	} phrases[] = {
		{STUN_BAD_REQUEST, "Bad Request"},
		{STUN_UNAUTHENTICATED, "Unauthenticated"},
		{STUN_UNKNOWN_ATTRIBUTE, "Unknown Attribute"},
		{STUN_ROLE_CONFLICT, "Role Conflict"},
		{STUN_SERVER_ERROR, "Server Error"},
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (phrases[i].code == code)
			return phrases[i].phrase;
	return "";
}

static int write_error_code(const struct stun_message *message, uint8_t *value)
{
	const char *phrase = error_phrase(message->error_code);
	size_t size = strlen(phrase);

	if (message->error_code == 0)
		return -ENOENT;
	put16(value, 0);
	value[2] = (uint8_t)(message->error_code / 100);
	value[3] = (uint8_t)(message->error_code % 100);
	memcpy(value + 4, phrase, size);
	return (int)(4 + size);
}

/* Only in an answer: in a request they are what the peer asked for. */
static int write_unknown(const struct stun_message *message, uint8_t *value)
{
	if (message->class != STUN_ERROR || message->unknown_count == 0)
		return -ENOENT;
	for (unsigned i = 0; i < message->unknown_count; i++)
		put16(value + i * 2, message->unknown[i]);
	return (int)message->unknown_count * 2;
}

/*
 * The attributes that are known, in the order in which they are written. read: -EBADMSG. write:
 * the size of the value, -ENOENT if there is none. Without read it is stepped over. Those two that
 * protect the message are not here: they depend on all that is before them.
 */
struct attribute_row {
	enum attribute_type type;
	uint16_t size_min, size_max;
	int (*read)(struct stun_message *message, const uint8_t *value, size_t size);
	int (*write)(const struct stun_message *message, uint8_t *value);
};

/* clang-format off */
static const struct attribute_row attribute_rows[] = {
	{USERNAME, 0, STUN_USERNAME_MAX, read_username, write_username},
	{XOR_MAPPED_ADDRESS, 8, 20, read_xor_mapped, write_xor_mapped},
	{MAPPED_ADDRESS, 8, 20, read_mapped, NULL},
	{PRIORITY, 4, 4, read_priority, write_priority},
	{USE_CANDIDATE, 0, 0, read_use_candidate, write_use_candidate},
	{ICE_CONTROLLING, 8, 8, read_controlling, write_controlling},
	{ICE_CONTROLLED, 8, 8, read_controlled, write_controlled},
	{ERROR_CODE, 4, 4 + TEXT_MAX, read_error_code, write_error_code},
	{UNKNOWN_ATTRIBUTES, 0, UINT16_MAX, NULL, write_unknown},
	{REALM, 0, TEXT_MAX, NULL, NULL},
	{NONCE, 0, TEXT_MAX, NULL, NULL},
	/* Servers of RFC 3489 say these in each answer. */
	{SOURCE_ADDRESS, 0, UINT16_MAX, NULL, NULL},
	{CHANGED_ADDRESS, 0, UINT16_MAX, NULL, NULL},
};
/* clang-format on */

enum { ROW_COUNT = sizeof(attribute_rows) / sizeof(attribute_rows[0]) };

bool stun_is_message(const uint8_t *data, size_t size)
{
	return size >= HEADER_SIZE && data[0] < 4 && get32(data + 4) == MAGIC_COOKIE;
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
		.type = get16(data + *offset),
		.size = get16(data + *offset + 2),
		.offset = *offset,
		.value = data + *offset + ATTRIBUTE_HEADER_SIZE,
	};
	if (padded(attribute.size) > left - ATTRIBUTE_HEADER_SIZE)
		return -EBADMSG;
	*offset += ATTRIBUTE_HEADER_SIZE + padded(attribute.size);
	*ret_attribute = attribute;
	return 1;
}

static void note_unknown(struct stun_message *message, uint16_t type)
{
	const unsigned max = sizeof(message->unknown) / sizeof(message->unknown[0]);

	for (unsigned i = 0; i < message->unknown_count; i++)
		if (message->unknown[i] == type)
			return;
	if (message->unknown_count < max)
		message->unknown[message->unknown_count++] = type;
}

/* *seen has a bit for each row: of several attributes of a type the first counts (RFC 8489 section
 * 14). */
static int read_attribute(struct stun_message *message, const struct attribute *attribute,
			  unsigned *seen)
{
	unsigned row = 0;

	while (row < ROW_COUNT && attribute_rows[row].type != attribute->type)
		row++;
	if (row == ROW_COUNT) {
		if (attribute->type < COMPREHENSION_OPTIONAL)
			note_unknown(message, attribute->type);
		return 0;
	}
	if (attribute->size < attribute_rows[row].size_min ||
	    attribute->size > attribute_rows[row].size_max)
		return -EBADMSG;
	if (!attribute_rows[row].read || *seen & 1u << row)
		return 0;
	*seen |= 1u << row;
	return attribute_rows[row].read(message, attribute->value, attribute->size);
}

static int check_fingerprint(const uint8_t *data, size_t size, const struct attribute *attribute)
{
	if (attribute->size != FINGERPRINT_SIZE)
		return -EBADMSG;
	/* It is the last attribute (RFC 8489 section 14.7), so that the length is right as it is.
	 */
	if (attribute->offset + ATTRIBUTE_HEADER_SIZE + FINGERPRINT_SIZE != size)
		return -EBADMSG;
	if ((crc32(data, attribute->offset) ^ FINGERPRINT_XOR) != get32(attribute->value))
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
			r = read_attribute(message, &attribute, &seen);
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
	if (get16(data + 2) != size - HEADER_SIZE || size % 4 != 0)
		return -EBADMSG;
	message.class = type_class(get16(data));
	message.method = type_method(get16(data));
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
	put16(copy + 2, (uint16_t)(offset + ATTRIBUTE_HEADER_SIZE + INTEGRITY_SIZE - HEADER_SIZE));
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
	put16(at, type);
	put16(at + 2, (uint16_t)size);
	memcpy(at + ATTRIBUTE_HEADER_SIZE, value, size);
	memset(at + ATTRIBUTE_HEADER_SIZE + size, 0, padded(size) - size);
	writer->size += ATTRIBUTE_HEADER_SIZE + padded(size);
	put16(writer->data + 2, (uint16_t)(writer->size - HEADER_SIZE));
	return 0;
}

static int put_known(struct writer *writer, const struct stun_message *message)
{
	uint8_t value[VALUE_MAX];

	for (unsigned row = 0; row < ROW_COUNT; row++) {
		if (!attribute_rows[row].write)
			continue;
		int size = attribute_rows[row].write(message, value);
		if (size < 0)
			continue;
		int r = put_attribute(writer, attribute_rows[row].type, value, (size_t)size);
		if (r < 0)
			return r;
	}
	return 0;
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
	put32(writer->data + offset + ATTRIBUTE_HEADER_SIZE,
	      crc32(writer->data, offset) ^ FINGERPRINT_XOR);
	return 0;
}

int stun_write(const struct stun_message *message, const char *password, uint8_t *data, size_t max)
{
	struct writer writer = {.data = data, .size = HEADER_SIZE};

	writer.max = max < STUN_MESSAGE_MAX ? max : STUN_MESSAGE_MAX;
	if (writer.max < HEADER_SIZE)
		return -EMSGSIZE;
	put16(data, make_type(message->class, message->method));
	put16(data + 2, 0);
	put32(data + 4, MAGIC_COOKIE);
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
