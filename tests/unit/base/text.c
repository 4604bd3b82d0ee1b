/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BAD "\xef\xbf\xbd"

static void expect_clean(const char *bytes, size_t size, const char *expected)
{
	char text[256];
	size_t length = text_clean(bytes, size, text, sizeof(text));

	cr_expect_str_eq(text, expected);
	cr_expect_eq(length, strlen(expected));
}

static void expect_address(const void *address, size_t size, const char *expected)
{
	char text[256];
	/* On the heap, one byte off: the sanitizers see a read beyond it, or an aligned one. */
	char *copy = malloc(size + 1);

	cr_assert_not_null(copy);
	memcpy(copy + 1, address, size);
	size_t length = text_address(copy + 1, size, text, sizeof(text));
	free(copy);
	cr_expect_str_eq(text, expected);
	cr_expect_eq(length, strlen(expected));
}

#define CLEAN(literal, expected) expect_clean(literal, sizeof(literal) - 1, expected)

Test(text, good_utf8_passes_unchanged)
{
	CLEAN("plain", "plain");
	CLEAN("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	CLEAN("", "");
}

Test(text, control_characters_become_spaces)
{
	CLEAN("a\nb\tc\x1b[31m\x7f", "a b c [31m ");
	CLEAN("a\0b", "a b");
	CLEAN("a\xc2\x85z\xc2\x9f", "a z ");
	CLEAN("\xc2\xa0", "\xc2\xa0");
}

Test(text, invalid_bytes_become_the_replacement_character)
{
	CLEAN("a\xff"
	      "b",
	      "a" BAD "b");
	CLEAN("\x80", BAD);
	CLEAN("\xe2\x82", BAD BAD);
}

Test(text, overlong_forms_surrogates_and_too_high_points_are_invalid)
{
	CLEAN("\xc0\x80", BAD BAD);
	CLEAN("\xe0\x80\x80", BAD BAD BAD);
	CLEAN("\xed\xa0\x80", BAD BAD BAD);
	CLEAN("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	CLEAN("\xf5\x80\x80\x80", BAD BAD BAD BAD);
}

Test(text, a_cut_falls_between_characters)
{
	char text[4];

	cr_expect_eq(text_clean("ab\xe2\x82\xac", 5, text, sizeof(text)), 2);
	cr_expect_str_eq(text, "ab");
	cr_expect_eq(text_clean("abcdef", 6, text, sizeof(text)), 3);
	cr_expect_str_eq(text, "abc");
	cr_expect_eq(text_clean("\xff\xff", 2, text, sizeof(text)), 3);
	cr_expect_str_eq(text, BAD);
}

Test(text, no_capacity_writes_nothing)
{
	char text[2] = "x";

	cr_expect_eq(text_clean("abc", 3, text, 0), 0);
	cr_expect_eq(text[0], 'x');
	cr_expect_eq(text_clean("abc", 3, text, 1), 0);
	cr_expect_str_eq(text, "");
}

Test(text, every_cleaned_byte_pair_is_printable)
{
	for (unsigned pair = 0; pair < 65536; pair++) {
		char bytes[2] = {(char)(pair >> 8), (char)pair};
		char text[16], again[16];
		size_t length = text_clean(bytes, 2, text, sizeof(text));
		for (size_t i = 0; i < length; i++)
			cr_assert((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
		cr_assert_eq(text_clean(text, length, again, sizeof(again)), length);
		cr_assert_str_eq(again, text);
	}
}

Test(text, an_ipv4_address_has_host_and_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(5000)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	expect_address(&address, sizeof(address), "127.0.0.1:5000");
	expect_address(&address, 8, "127.0.0.1:5000");
}

Test(text, an_ipv6_address_stands_in_brackets)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(65535)};

	address.sin6_addr = in6addr_loopback;
	expect_address(&address, sizeof(address), "[::1]:65535");
	expect_address(&address, 24, "[::1]:65535");
	address.sin6_scope_id = 3;
	inet_pton(AF_INET6, "fe80::1", &address.sin6_addr);
	expect_address(&address, sizeof(address), "[fe80::1%3]:65535");
}

Test(text, a_unix_path_is_cleaned)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/a\nb\xff"};

	expect_address(&address, sizeof(address), "unix:/tmp/a b" BAD);
	expect_address(&address, offsetof(struct sockaddr_un, sun_path) + 4, "unix:/tmp");
	expect_address(&address, offsetof(struct sockaddr_un, sun_path), "unix:");
}

Test(text, a_unix_path_without_terminator_ends_with_the_structure)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char expected[5 + sizeof(address.sun_path) + 1] = "unix:";
	char oversized[sizeof(address) + 64];

	memset(address.sun_path, 'p', sizeof(address.sun_path));
	memset(expected + 5, 'p', sizeof(address.sun_path));
	expect_address(&address, sizeof(address), expected);
	memset(oversized, 'x', sizeof(oversized));
	memcpy(oversized, &address, sizeof(address));
	expect_address(oversized, sizeof(oversized), expected);
}

Test(text, an_abstract_unix_name_begins_with_an_at_sign)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0bus\0x"};

	expect_address(&address, offsetof(struct sockaddr_un, sun_path) + 6, "unix:@bus x");
}

Test(text, a_netlink_address_has_its_port_id)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_pid = 4000000000u};

	expect_address(&address, sizeof(address), "netlink:4000000000");
}

Test(text, other_and_short_addresses_name_their_family)
{
	sa_family_t packet = AF_PACKET, inet = AF_INET, inet6 = AF_INET6;
	char short_inet[7] = {0}, short_inet6[23] = {0};

	memcpy(short_inet, &inet, sizeof(inet));
	memcpy(short_inet6, &inet6, sizeof(inet6));
	expect_address(&packet, sizeof(packet), "family 17");
	expect_address(short_inet, sizeof(short_inet), "family 2");
	expect_address(short_inet6, sizeof(short_inet6), "family 10");
}

Test(text, an_empty_address_is_empty_text)
{
	expect_address("", 0, "");
	expect_address("\x02", 1, "");
}

Test(text, an_address_is_cut_at_its_capacity)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1)};
	char text[5];

	cr_expect_eq(text_address(&address, sizeof(address), text, sizeof(text)), 4);
	cr_expect_str_eq(text, "0.0.");
}

Test(text, all_numbers_but_one_are_many)
{
	cr_expect_str_eq(text_plural(0), "s");
	cr_expect_str_eq(text_plural(1), "");
	cr_expect_str_eq(text_plural(2), "s");
}
