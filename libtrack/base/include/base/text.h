/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside, made safe to store and to print. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copy bytes as valid UTF-8 without control characters: invalid bytes become
 * U+FFFD, control characters (C0, DEL, C1) a space. Always terminates; cuts at
 * a character's border. Returns the length written, without the terminator.
 */
size_t text_clean(const void *bytes, size_t size, char *ret_text, size_t capacity);

/* How many bytes the character of UTF-8 at start has; 0 if it is not well formed. */
size_t text_character(const void *start, size_t size);

/*
 * A socket address as text: "127.0.0.1:5000", "[::1]:5000", "unix:/path",
 * "unix:@abstract", "netlink:PID", else "family N". sockaddr is raw and may be
 * unaligned, short or hostile. Returns the length; "" for an empty address.
 */
size_t text_address(const void *sockaddr, size_t size, char *ret_text, size_t capacity);

/* What makes a noun one of so many: "" or "s". */
const char *text_plural(uint64_t count);

#endif
