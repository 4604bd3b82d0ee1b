/* SPDX-License-Identifier: Apache-2.0 */
#include "stun_attribute.h"

#include <errno.h>
#include <run/bytes.h>
#include <string.h>

#define COMPREHENSION_OPTIONAL 0x8000u

enum { TEXT_MAX = 763 };		   /* RFC 8489 sections 14.8 to 14.10 */
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 }; /* RFC 8489 section 14.1 */

enum attribute_type {
	MAPPED_ADDRESS = 0x0001,
	SOURCE_ADDRESS = 0x0004,
	CHANGED_ADDRESS = 0x0005,
	USERNAME = 0x0006,
	ERROR_CODE = 0x0009,
	UNKNOWN_ATTRIBUTES = 0x000a,
	REALM = 0x0014,
	NONCE = 0x0015,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
};

/* XOR-MAPPED-ADDRESS hides an address from NATs that rewrite what looks like one. Going there and
 * back is the same. RFC 8489 section 14.2: the key is the cookie and the transaction. */
static void xor_address(const uint8_t *transaction, uint8_t *value, size_t size)
{
	uint8_t key[4 + STUN_TRANSACTION_SIZE];

	bytes_put32(key, STUN_COOKIE);
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
	message->priority = bytes_get32(value);
	return 0;
}

static int write_priority(const struct stun_message *message, uint8_t *value)
{
	if (message->priority == 0)
		return -ENOENT;
	bytes_put32(value, message->priority);
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
	message->tie_breaker = bytes_get64(value);
	return 0;
}

static int write_tie_breaker(const struct stun_message *message, uint8_t *value)
{
	bytes_put64(value, message->tie_breaker);
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
	bytes_put16(value, 0);
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
		bytes_put16(value + i * 2, message->unknown[i]);
	return (int)message->unknown_count * 2;
}

/*
 * The attributes that are known, in the order in which they are written. read: -EBADMSG. write:
 * the size of the value, -ENOENT if there is none. Without read it is stepped over.
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

static void note_unknown(struct stun_message *message, uint16_t type)
{
	const unsigned max = sizeof(message->unknown) / sizeof(message->unknown[0]);

	for (unsigned i = 0; i < message->unknown_count; i++)
		if (message->unknown[i] == type)
			return;
	if (message->unknown_count < max)
		message->unknown[message->unknown_count++] = type;
}

int stun_attribute_read(struct stun_message *message, uint16_t type, const uint8_t *value,
			size_t size, unsigned *seen)
{
	unsigned row = 0;

	while (row < ROW_COUNT && attribute_rows[row].type != type)
		row++;
	if (row == ROW_COUNT) {
		if (type < COMPREHENSION_OPTIONAL)
			note_unknown(message, type);
		return 0;
	}
	if (size < attribute_rows[row].size_min || size > attribute_rows[row].size_max)
		return -EBADMSG;
	if (!attribute_rows[row].read || *seen & 1u << row)
		return 0;
	*seen |= 1u << row;
	return attribute_rows[row].read(message, value, size);
}

int stun_attribute_write(const struct stun_message *message, unsigned row, uint16_t *ret_type,
			 uint8_t *value)
{
	if (row >= ROW_COUNT)
		return -ERANGE;
	if (!attribute_rows[row].write)
		return -ENOENT;
	*ret_type = (uint16_t)attribute_rows[row].type;
	return attribute_rows[row].write(message, value);
}
