/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

#define INET_BYTES_MIN (offsetof(struct sockaddr_in, sin_addr) + sizeof(struct in_addr))
#define INET6_BYTES_MIN (offsetof(struct sockaddr_in6, sin6_addr) + sizeof(struct in6_addr))
#define NETLINK_BYTES_MIN (offsetof(struct sockaddr_nl, nl_pid) + sizeof(uint32_t))

/*
 * The well-formed byte sequences of UTF-8 (Unicode, table 3-7): the range of the
 * second byte is what keeps out overlong forms, surrogates and what is above
 * U+10FFFF. Further bytes are 80 to BF.
 */
/* clang-format off */
static const struct utf8_row {
	uint8_t first, last; /* of the lead byte */
	uint8_t low, high;   /* of the second byte */
	uint8_t length;
} utf8_rows[] = {
	{0x00, 0x7f, 0x00, 0x00, 1},
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};
/* clang-format on */

size_t text_character(const void *start, size_t size)
{
	const uint8_t *bytes = start;
	const struct utf8_row *row = utf8_rows;
	const struct utf8_row *end = utf8_rows + sizeof(utf8_rows) / sizeof(utf8_rows[0]);

	if (size == 0)
		return 0;
	while (row < end && (bytes[0] < row->first || bytes[0] > row->last))
		row++;
	if (row == end || row->length > size)
		return 0;
	if (row->length > 1 && (bytes[1] < row->low || bytes[1] > row->high))
		return 0;
	for (size_t i = 2; i < row->length; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	return row->length;
}

static int is_control(const uint8_t *character, size_t length)
{
	if (length == 1)
		return character[0] < 0x20 || character[0] == 0x7f;
	return length == 2 && character[0] == 0xc2 && character[1] < 0xa0;
}

size_t text_clean(const void *bytes, size_t size, char *ret_text, size_t capacity)
{
	const uint8_t *from = bytes;
	size_t written = 0;

	if (capacity == 0)
		return 0;
	while (size > 0) {
		size_t taken = text_character(from, size);
		const void *out = from;
		size_t length = taken;
		if (taken == 0) {
			taken = 1;
			out = REPLACEMENT;
			length = sizeof(REPLACEMENT) - 1;
		} else if (is_control(from, taken)) {
			out = " ";
			length = 1;
		}
		if (length >= capacity - written)
			break;
		memcpy(ret_text + written, out, length);
		written += length;
		from += taken;
		size -= taken;
	}
	ret_text[written] = '\0';
	return written;
}

static size_t unix_address(const void *sockaddr, size_t size, char *ret_text, size_t capacity)
{
	static const char prefix[] = "unix:";
	char raw[sizeof(prefix) + sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t used = sizeof(prefix) - 1;
	struct sockaddr_un address = {0};

	if (size > sizeof(address))
		size = sizeof(address);
	memcpy(&address, sockaddr, size);
	size_t path_bytes = size - offsetof(struct sockaddr_un, sun_path);
	memcpy(raw, prefix, used);
	if (path_bytes > 0 && address.sun_path[0] == '\0')
		address.sun_path[0] = '@'; /* abstract: the length ends it, not a zero byte */
	else
		path_bytes = strnlen(address.sun_path, path_bytes);
	memcpy(raw + used, address.sun_path, path_bytes);
	return text_clean(raw, used + path_bytes, ret_text, capacity);
}

static void inet_text(const void *sockaddr, char *ret_text, size_t capacity)
{
	struct sockaddr_in address = {0};
	char host[INET_ADDRSTRLEN];

	memcpy(&address, sockaddr, INET_BYTES_MIN);
	inet_ntop(AF_INET, &address.sin_addr, host, sizeof(host));
	snprintf(ret_text, capacity, "%s:%u", host, ntohs(address.sin_port));
}

static void inet6_text(const void *sockaddr, size_t size, char *ret_text, size_t capacity)
{
	struct sockaddr_in6 address = {0};
	char host[INET6_ADDRSTRLEN];
	char zone[16] = "";

	memcpy(&address, sockaddr, size < sizeof(address) ? size : sizeof(address));
	inet_ntop(AF_INET6, &address.sin6_addr, host, sizeof(host));
	if (address.sin6_scope_id != 0)
		snprintf(zone, sizeof(zone), "%%%u", address.sin6_scope_id);
	snprintf(ret_text, capacity, "[%s%s]:%u", host, zone, ntohs(address.sin6_port));
}

static void netlink_text(const void *sockaddr, char *ret_text, size_t capacity)
{
	struct sockaddr_nl address = {0};

	memcpy(&address, sockaddr, NETLINK_BYTES_MIN);
	snprintf(ret_text, capacity, "netlink:%u", address.nl_pid);
}

size_t text_address(const void *sockaddr, size_t size, char *ret_text, size_t capacity)
{
	char text[INET6_ADDRSTRLEN + 32] = "";
	sa_family_t family;

	if (size < sizeof(family))
		return text_clean("", 0, ret_text, capacity);
	memcpy(&family, sockaddr, sizeof(family));
	if (family == AF_UNIX)
		return unix_address(sockaddr, size, ret_text, capacity);
	if (family == AF_INET && size >= INET_BYTES_MIN)
		inet_text(sockaddr, text, sizeof(text));
	else if (family == AF_INET6 && size >= INET6_BYTES_MIN)
		inet6_text(sockaddr, size, text, sizeof(text));
	else if (family == AF_NETLINK && size >= NETLINK_BYTES_MIN)
		netlink_text(sockaddr, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "family %u", family);
	return text_clean(text, strlen(text), ret_text, capacity);
}

const char *text_plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}
