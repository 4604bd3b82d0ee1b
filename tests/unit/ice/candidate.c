/* SPDX-License-Identifier: Apache-2.0 */
#include <ice/candidate.h>

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <run/library.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct candidate parse(const char *line)
{
	struct candidate candidate = {.priority = 0};

	cr_assert_eq(candidate_parse(line, &candidate), 0, "%s", line);
	return candidate;
}

static void expect_refused(const char *line, int error)
{
	struct candidate candidate = {.priority = 77, .foundation = "untouched"};

	cr_expect_eq(candidate_parse(line, &candidate), error, "%s", line);
	cr_expect_eq(candidate.priority, 77, "%s", line);
	cr_expect_str_eq(candidate.foundation, "untouched", "%s", line);
}

static void expect_address(const struct address *address, const char *ip, uint16_t port)
{
	char text[ADDRESS_TEXT_SIZE];

	cr_assert_gt(address->size, 0);
	address_format(address, text);
	cr_expect_str_eq(text, ip);
	cr_expect_eq(address_port(address), port);
}

static void expect_format(const char *line, const char *expected)
{
	struct candidate candidate = parse(line);
	char text[CANDIDATE_LINE_MAX];

	cr_expect_eq(candidate_format(&candidate, text, sizeof(text)), (int)strlen(expected));
	cr_expect_str_eq(text, expected);
}

Test(candidate, a_udp_host_of_chromium_is_read)
{
	struct candidate candidate =
		parse("a=candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr "
		      "0.0.0.0 rport 0 generation 0 ufrag hGEk network-id 1 network-cost 10\r\n");

	cr_expect_str_eq(candidate.foundation, "842163049");
	cr_expect_eq(candidate.component, 1);
	cr_expect_eq(candidate.transport, CANDIDATE_UDP);
	cr_expect_eq(candidate.priority, 1677729535);
	cr_expect_eq(candidate.type, CANDIDATE_SRFLX);
	expect_address(&candidate.address, "203.0.113.7", 46154);
	cr_expect_eq(candidate.related.size, 0, "0.0.0.0 says nothing");
	cr_expect_str_eq(candidate.name, "");
}

Test(candidate, an_active_tcp_one_of_firefox_with_a_local_name_is_read)
{
	struct candidate candidate =
		parse("candidate:2 1 TCP 2105524479 6f2cc8b4-1d0a-4ff4-9c1f-2b3bd93d20b5.local 9 "
		      "typ host tcptype active");

	cr_expect_eq(candidate.transport, CANDIDATE_TCP_ACTIVE);
	cr_expect_eq(candidate.type, CANDIDATE_HOST);
	cr_expect_eq(candidate.address.size, 0);
	cr_expect_str_eq(candidate.name, "6f2cc8b4-1d0a-4ff4-9c1f-2b3bd93d20b5.local");
	cr_expect_eq(candidate.name_port, 9);
}

Test(candidate, the_other_directions_of_tcp_are_read)
{
	struct candidate candidate =
		parse("candidate:1 1 tcp 1 10.0.0.1 4000 typ host tcptype passive generation 0");

	cr_expect_eq(candidate.transport, CANDIDATE_TCP_PASSIVE);
	expect_address(&candidate.address, "10.0.0.1", 4000);
	candidate = parse("candidate:1 1 Tcp 1 10.0.0.1 4000 typ host generation 0 tcptype SO");
	cr_expect_eq(candidate.transport, CANDIDATE_TCP_SO);
}

Test(candidate, those_of_libdatachannel_aiortc_and_werift_are_read)
{
	struct candidate candidate =
		parse("a=candidate:1 1 UDP 2122317823 192.168.1.5 60000 typ host");

	cr_expect_eq(candidate.transport, CANDIDATE_UDP);
	expect_address(&candidate.address, "192.168.1.5", 60000);
	candidate =
		parse("candidate:3a1b43c77d5a6d8ba5e5d0ce0d3a1f3a 1 udp 1694498815 1.2.3.4 5000 "
		      "typ srflx raddr 10.1.2.3 rport 5001");
	cr_expect_str_eq(candidate.foundation, "3a1b43c77d5a6d8ba5e5d0ce0d3a1f3a");
	expect_address(&candidate.related, "10.1.2.3", 5001);
	candidate = parse("candidate:Hc0a80105 2 udp 2130706431 fd00::12 40000 typ host "
			  "generation 0 ufrag 9aYb");
	cr_expect_eq(candidate.component, 2);
	expect_address(&candidate.address, "fd00::12", 40000);
}

Test(candidate, all_types_are_known)
{
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ host").type, CANDIDATE_HOST);
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ prflx").type, CANDIDATE_PRFLX);
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ srflx").type, CANDIDATE_SRFLX);
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ relay").type, CANDIDATE_RELAY);
}

Test(candidate, what_is_not_known_is_not_supported)
{
	expect_refused("candidate:1 1 sctp 1 1.2.3.4 5 typ host", -EPROTONOSUPPORT);
	expect_refused("candidate:1 1 ssltcp 1 1.2.3.4 5 typ host tcptype passive",
		       -EPROTONOSUPPORT);
	expect_refused("candidate:1 1 udp 1 1.2.3.4 5 typ other", -EPROTONOSUPPORT);
	expect_refused("candidate:1 1 udp 1 www.example.org 5 typ host", -EPROTONOSUPPORT);
	expect_refused("candidate:1 1 udp 1 .local 5 typ host", -EPROTONOSUPPORT);
	expect_refused("candidate:1 1 udp 1 a.b.local 5 typ host", -EPROTONOSUPPORT);
}

Test(candidate, malformed_lines_are_refused)
{
	static const char *const lines[] = {
		"",
		"a=",
		"candidate",
		"candidate:",
		"candidates:1 1 udp 1 1.2.3.4 5 typ host",
		"candidate: 1 1 udp 1 1.2.3.4 5 typ host",
		"candidate:1",
		"candidate:1 1 udp 1 1.2.3.4 5",
		"candidate:1 1 udp 1 1.2.3.4 5 typ",
		"candidate:1 1 udp 1 1.2.3.4 5 type host",
		"candidate:1 1 udp 1 1.2.3.4 typ host",
		"candidate:123456789012345678901234567890123 1 udp 1 1.2.3.4 5 typ host",
		"candidate:\x7f 1 udp 1 1.2.3.4 5 typ host",
		"candidate:\xc3\xa9 1 udp 1 1.2.3.4 5 typ host",
		"candidate:1 0 udp 1 1.2.3.4 5 typ host",
		"candidate:1 257 udp 1 1.2.3.4 5 typ host",
		"candidate:1 x udp 1 1.2.3.4 5 typ host",
		"candidate:1 1 udp 0 1.2.3.4 5 typ host",
		"candidate:1 1 udp -1 1.2.3.4 5 typ host",
		"candidate:1 1 udp 2147483648 1.2.3.4 5 typ host",
		"candidate:1 1 udp 18446744073709551617 1.2.3.4 5 typ host",
		"candidate:1 1 udp 1 1.2.3.4 65536 typ host",
		"candidate:1 1 udp 1 1.2.3.4 5x typ host",
		"candidate:1 1 udp 1 1.2.3.4% 5 typ host",
		"candidate:1 1 udp 1 a,b.local 5 typ host",
		"candidate:1 1 tcp 1 1.2.3.4 5 typ host",
		"candidate:1 1 tcp 1 1.2.3.4 5 typ host tcptype other",
		"candidate:1 1 udp 1 1.2.3.4 5 typ host generation",
		"candidate:1 1 udp 1 1.2.3.4 5 typ srflx raddr 1.2.3.4 rport 65536",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		expect_refused(lines[i], -EINVAL);
}

Test(candidate, limits_of_a_line_are_kept)
{
	char name[300] = "", line[400];

	parse("candidate:12345678901234567890123456789012 256 udp 2147483647 1.2.3.4 65535 typ "
	      "host");
	memset(name, 'n', 249);
	strcpy(name + 249, ".local");
	snprintf(line, sizeof(line), "candidate:1 1 udp 1 %s 5 typ host", name);
	cr_expect_str_eq(parse(line).name, name);
	memset(name, 'n', 250);
	strcpy(name + 250, ".local");
	snprintf(line, sizeof(line), "candidate:1 1 udp 1 %s 5 typ host", name);
	expect_refused(line, -EINVAL);
}

Test(candidate, a_related_name_or_half_of_one_is_none)
{
	cr_expect_eq(
		parse("candidate:1 1 udp 1 1.2.3.4 5 typ srflx raddr x.local rport 9").related.size,
		0);
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ srflx raddr :: rport 9").related.size,
		     0);
	cr_expect_eq(parse("candidate:1 1 udp 1 1.2.3.4 5 typ srflx raddr 1.1.1.1").related.size,
		     0);
}

Test(candidate, lines_are_written_without_what_is_not_known)
{
	expect_format("a=candidate:1 1 UDP 2122317823 192.168.1.5 60000 typ host generation 0",
		      "candidate:1 1 udp 2122317823 192.168.1.5 60000 typ host");
	expect_format("candidate:2 1 TCP 7 aB-c.local 9 typ host tcptype active",
		      "candidate:2 1 tcp 7 aB-c.local 9 typ host tcptype active");
	expect_format("candidate:2 1 tcp 7 fe80::1 9 typ prflx raddr 10.0.0.1 rport 4 tcptype so",
		      "candidate:2 1 tcp 7 fe80::1 9 typ prflx raddr 10.0.0.1 rport 4 tcptype so");
	expect_format("candidate:2 1 tcp 7 10.0.0.2 9 typ host tcptype passive",
		      "candidate:2 1 tcp 7 10.0.0.2 9 typ host tcptype passive");
}

Test(candidate, a_related_address_that_is_not_told_is_written_as_such)
{
	expect_format("candidate:1 1 udp 7 1.2.3.4 5 typ srflx",
		      "candidate:1 1 udp 7 1.2.3.4 5 typ srflx raddr 0.0.0.0 rport 9");
	expect_format("candidate:1 1 udp 7 2001:db8::1 5 typ relay",
		      "candidate:1 1 udp 7 2001:db8::1 5 typ relay raddr :: rport 9");
}

Test(candidate, the_longest_line_fits_and_less_room_is_refused)
{
	char name[256] = "", line[600], text[CANDIDATE_LINE_MAX];

	memset(name, 'n', 249);
	strcpy(name + 249, ".local");
	snprintf(line, sizeof(line),
		 "candidate:12345678901234567890123456789012 256 tcp 2147483647 %s 65535 typ "
		 "srflx raddr 1111:2222:3333:4444:5555:6666:7777:8888 rport 65535 tcptype passive",
		 name);
	struct candidate candidate = parse(line);
	int length = candidate_format(&candidate, text, sizeof(text));
	cr_assert_eq(length, (int)strlen(line));
	cr_expect_str_eq(text, line);
	char *exact = malloc((size_t)length + 1);
	cr_expect_eq(candidate_format(&candidate, exact, (size_t)length + 1), length);
	cr_expect_eq(candidate_format(&candidate, exact, (size_t)length), -EMSGSIZE);
	free(exact);
}

Test(candidate, priorities_follow_the_formula)
{
	cr_expect_eq(candidate_priority(CANDIDATE_HOST, CANDIDATE_UDP, 65535, 1), 2130706431);
	cr_expect_eq(candidate_priority(CANDIDATE_PRFLX, CANDIDATE_UDP, 65535, 1),
		     (110u << 24) + (65535u << 8) + 255);
	cr_expect_eq(candidate_priority(CANDIDATE_SRFLX, CANDIDATE_UDP, 65535, 1), 1694498815);
	cr_expect_eq(candidate_priority(CANDIDATE_RELAY, CANDIDATE_UDP, 0, 256), 0);
}

/* The part that stands for the direction. */
static unsigned direction(enum candidate_type type, enum candidate_transport transport)
{
	return candidate_priority(type, transport, 0, 256) >> 21 & 7;
}

Test(candidate, directions_of_tcp_are_preferred_by_what_is_between)
{
	cr_expect_eq(direction(CANDIDATE_HOST, CANDIDATE_TCP_ACTIVE), 6);
	cr_expect_eq(direction(CANDIDATE_HOST, CANDIDATE_TCP_PASSIVE), 4);
	cr_expect_eq(direction(CANDIDATE_HOST, CANDIDATE_TCP_SO), 2);
	cr_expect_eq(direction(CANDIDATE_RELAY, CANDIDATE_TCP_ACTIVE), 6);
	cr_expect_eq(direction(CANDIDATE_SRFLX, CANDIDATE_TCP_SO), 6);
	cr_expect_eq(direction(CANDIDATE_SRFLX, CANDIDATE_TCP_ACTIVE), 4);
	cr_expect_eq(direction(CANDIDATE_PRFLX, CANDIDATE_TCP_PASSIVE), 2);
}

Test(candidate, any_direct_udp_goes_before_any_tcp)
{
	const uint32_t worst = candidate_priority(CANDIDATE_SRFLX, CANDIDATE_UDP, 0, 256);

	for (unsigned type = CANDIDATE_HOST; type <= CANDIDATE_RELAY; type++)
		for (unsigned tcp = CANDIDATE_TCP_ACTIVE; tcp <= CANDIDATE_TCP_SO; tcp++)
			cr_expect_lt(candidate_priority(type, tcp, 8191, 1), worst);
	cr_expect_lt(candidate_priority(CANDIDATE_RELAY, CANDIDATE_UDP, 65535, 1),
		     candidate_priority(CANDIDATE_SRFLX, CANDIDATE_TCP_PASSIVE, 0, 256));
}

Test(candidate, both_agents_order_pairs_alike)
{
	cr_expect_eq(candidate_pair_priority(5, 3), (3ull << 32) + 10 + 1);
	cr_expect_eq(candidate_pair_priority(3, 5), (3ull << 32) + 10);
	cr_expect_eq(candidate_pair_priority(5, 5), (5ull << 32) + 10);
	cr_expect_eq(candidate_pair_priority(INT32_MAX, INT32_MAX),
		     ((uint64_t)INT32_MAX << 32) + 2ull * INT32_MAX);
}

static unsigned objects(void)
{
	struct library_counts counts;

	library_count(&counts);
	return counts.objects;
}

Test(candidate, the_last_holder_frees_it)
{
	struct candidate *candidate;

	cr_assert_eq(candidate_create("test", &candidate), 0);
	cr_expect_eq(candidate->priority, 0);
	cr_expect_null(candidate->carrier);
	candidate_retain(candidate, "other");
	candidate_release(candidate, "test");
	cr_expect_eq(object_refs(&candidate->object), 1);
	cr_expect_eq(objects(), 1);
	candidate_release(candidate, "other");
	cr_expect_eq(objects(), 0);
	candidate_release(NULL, "other");
	cr_expect_eq(library_cleanup(5000), 0);
}

Test(candidate, parsing_leaves_the_object_and_the_carrier_alone)
{
	struct candidate *candidate;

	cr_assert_eq(candidate_create("test", &candidate), 0);
	struct object before = candidate->object;
	struct carrier *carrier = (struct carrier *)candidate;
	candidate->carrier = carrier;
	cr_assert_eq(candidate_parse("candidate:1 1 udp 9 1.2.3.4 5 typ relay", candidate), 0);
	cr_expect_eq(candidate->carrier, carrier);
	cr_expect_eq(memcmp(&candidate->object, &before, sizeof(before)), 0);
	cr_expect_eq(candidate->type, CANDIDATE_RELAY);
	cr_expect_eq(candidate->priority, 9);
	candidate->carrier = NULL;
	candidate_release(candidate, "test");
	cr_expect_eq(library_cleanup(5000), 0);
}
