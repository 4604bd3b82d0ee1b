/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/address.h>
#include <string.h>

static struct address parsed(const char *ip, uint16_t port)
{
	struct address address;

	cr_assert_eq(address_parse(ip, port, &address), 0, "%s", ip);
	return address;
}

Test(address, numeric_addresses_are_parsed_and_formatted)
{
	static const struct row {
		const char *ip, *text;
		int family;
	} rows[] = {
		{"127.0.0.1", "127.0.0.1", AF_INET},
		{"192.0.2.255", "192.0.2.255", AF_INET},
		{"::1", "::1", AF_INET6},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1", AF_INET6},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].ip, 65535);
		char text[ADDRESS_TEXT_SIZE];

		address_format(&address, text);
		cr_assert_str_eq(text, rows[i].text);
		cr_assert_eq(address_family(&address), rows[i].family);
		cr_assert_eq(address_port(&address), 65535);
		address_set_port(&address, 9);
		cr_assert_eq(address_port(&address), 9);
	}
}

Test(address, what_is_no_numeric_address_is_refused)
{
	static const char *const wrong[] = {"",		 "localhost", "1.2.3",	   "1.2.3.4.5",
					    "256.1.1.1", "::1]",      "fe80::1%1", "127.0.0.1 ",
					    ":::",	 "0x7f.1"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct address address = {.size = 77};
		cr_assert_eq(address_parse(wrong[i], 1, &address), -EINVAL, "%s", wrong[i]);
		cr_assert_eq(address.size, 77);
	}
}

Test(address, a_sockaddr_is_taken_only_if_it_is_all_there)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(5)};
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	address_from_sockaddr((struct sockaddr *)&v6, sizeof(v6), &address);
	cr_assert_eq(address.size, sizeof(v6));
	cr_assert_eq(address_port(&address), 5);
	address_from_sockaddr((struct sockaddr *)&v6, sizeof(struct sockaddr_in), &address);
	cr_assert_eq(address.size, 0);
	cr_assert_eq(address_family(&address), AF_UNSPEC);
	cr_assert_eq(address_port(&address), 0);
	address_format(&address, text);
	cr_assert_str_eq(text, "");
	v6.sin6_family = AF_UNIX;
	address_from_sockaddr((struct sockaddr *)&v6, sizeof(v6), &address);
	cr_assert_eq(address.size, 0);
}

Test(address, equal_are_family_ip_and_port)
{
	struct address a = parsed("192.0.2.1", 1), b = parsed("192.0.2.1", 2);
	struct address c = parsed("192.0.2.2", 1), d = parsed("2001:db8::1", 1);
	struct address e = parsed("2001:db8::2", 1);

	cr_assert(address_equal(&a, &a));
	cr_assert_not(address_equal(&a, &b));
	cr_assert(address_same_ip(&a, &b));
	cr_assert_not(address_same_ip(&a, &c));
	cr_assert_not(address_same_ip(&a, &d));
	cr_assert(address_equal(&d, &d));
	cr_assert_not(address_same_ip(&d, &e));
}

Test(address, a_scope_counts_where_both_know_it)
{
	struct address a = parsed("fe80::1", 1), b = a, c = a;

	a.v6.sin6_scope_id = 2;
	b.v6.sin6_scope_id = 3;
	cr_assert_not(address_equal(&a, &b));
	cr_assert(address_equal(&a, &c));
	cr_assert(address_equal(&c, &b));
}

Test(address, loopback_and_link_local_are_known)
{
	static const struct row {
		const char *ip;
		bool loopback, link_local;
	} rows[] = {
		{"127.0.0.1", true, false},    {"127.255.1.2", true, false},
		{"128.0.0.1", false, false},   {"169.254.9.9", false, true},
		{"169.253.9.9", false, false}, {"::1", true, false},
		{"::2", false, false},	       {"fe80::1", false, true},
		{"febf::1", false, true},      {"fec0::1", false, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].ip, 1);
		cr_assert_eq(address_is_loopback(&address), rows[i].loopback, "%s", rows[i].ip);
		cr_assert_eq(address_is_link_local(&address), rows[i].link_local, "%s", rows[i].ip);
	}
}

Test(address, the_unspecified_ones_are_known)
{
	static const struct row {
		const char *ip;
		bool unspecified;
	} rows[] = {{"0.0.0.0", true}, {"0.0.0.1", false}, {"::", true}, {"::1", false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address = parsed(rows[i].ip, 1);
		cr_assert_eq(address_is_unspecified(&address), rows[i].unspecified, "%s",
			     rows[i].ip);
	}
}

Test(address, interfaces_list_the_loopback_without_ports)
{
	struct address found[64], loopback = parsed("127.0.0.1", 0);
	int count = address_list_interfaces(found, 64);
	unsigned matches = 0;

	cr_assert_gt(count, 0);
	for (int i = 0; i < count; i++) {
		cr_assert_eq(address_port(&found[i]), 0);
		matches += address_equal(&found[i], &loopback);
	}
	cr_assert_eq(matches, 1);
}

Test(address, interfaces_fill_no_more_than_there_is_room_for)
{
	struct address found[2] = {0};

	cr_assert_eq(address_list_interfaces(found, 1), 1);
	cr_assert_eq(found[1].size, 0);
	cr_assert_eq(address_list_interfaces(found, 0), 0);
}
