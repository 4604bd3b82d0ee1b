/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STUN messages (RFC 8489; the attributes of ICE, RFC 8445 section 16.1): read and written, with
 * MESSAGE-INTEGRITY (HMAC-SHA1) and FINGERPRINT. No state, no sockets.
 */
#ifndef ICE_STUN_H
#define ICE_STUN_H

#include <net/address.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STUN_TRANSACTION_SIZE = 12, STUN_MESSAGE_MAX = 1280, STUN_USERNAME_MAX = 513 };

enum stun_class { STUN_REQUEST, STUN_INDICATION, STUN_SUCCESS, STUN_ERROR };
enum { STUN_BINDING = 0x001 };
enum {
	STUN_BAD_REQUEST = 400,
	STUN_UNAUTHENTICATED = 401,
	STUN_FORBIDDEN = 403,
	STUN_UNKNOWN_ATTRIBUTE = 420,
	STUN_ROLE_CONFLICT = 487,
	STUN_SERVER_ERROR = 500
};

struct stun_message {
	enum stun_class class;
	uint16_t method; /* at most 0xff: RFC 8489 section 18.2 */
	uint8_t transaction[STUN_TRANSACTION_SIZE];

	/* Attributes; what is absent is zero. */
	char username[STUN_USERNAME_MAX + 1];
	struct address
		mapped; /* XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS of an old server; size 0: none */
	uint32_t priority;
	bool use_candidate;
	bool controlling, controlled; /* which of the two tie_breaker came with */
	uint64_t tie_breaker;
	unsigned error_code;
	/* Read: comprehension-required attributes that are not known here, each once. Written: what
	 * an error says that it did not know. */
	uint16_t unknown[8];
	unsigned unknown_count;
	bool has_integrity, has_fingerprint;
};

/* Could this be STUN? By the first byte and the magic cookie (RFC 7983, RFC 8489 section 5). */
bool stun_is_message(const uint8_t *data, size_t size);

/* -EBADMSG if it is malformed, longer than STUN_MESSAGE_MAX, or has a fingerprint that does not
 * match. */
int stun_read(const uint8_t *data, size_t size, struct stun_message *ret_message);
/* Of a message that stun_read accepted: 0, -ENOENT without the attribute, -EACCES if it differs.
 * Compares in constant time. */
int stun_check_integrity(const uint8_t *data, size_t size, const char *password);

/* Returns the size, -EMSGSIZE, or -ENOMEM. password NULL: without MESSAGE-INTEGRITY. FINGERPRINT
 * always. */
int stun_write(const struct stun_message *message, const char *password, uint8_t *data, size_t max);

/* Fresh random bytes for a transaction. */
void stun_new_transaction(uint8_t ret_transaction[STUN_TRANSACTION_SIZE]);

#endif
