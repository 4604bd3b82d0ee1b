/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of STUN that are known here (RFC 8489 section 14, RFC 8445 section 16.1): a row
 * each. The two that protect a message, MESSAGE-INTEGRITY and FINGERPRINT, are those of stun.c. */
#ifndef STUN_ATTRIBUTE_H
#define STUN_ATTRIBUTE_H

#include <ice/stun.h>

enum { STUN_COOKIE = 0x2112a442, STUN_VALUE_MAX = STUN_USERNAME_MAX };

/* Notes the value in message. *seen, zero at first, has a bit for each row: of several attributes
 * of a type the first counts (RFC 8489 section 14). -EBADMSG. */
int stun_attribute_read(struct stun_message *message, uint16_t type, const uint8_t *value,
			size_t size, unsigned *seen);

/* The value of row (from 0), of at most STUN_VALUE_MAX bytes. Returns its size, -ENOENT if the
 * message has no such attribute, -ERANGE after the last row. */
int stun_attribute_write(const struct stun_message *message, unsigned row, uint16_t *ret_type,
			 uint8_t *value);

#endif
