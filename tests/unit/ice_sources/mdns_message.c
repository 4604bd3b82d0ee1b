/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <mdns_message.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define NAME "1a2b.local"
#define WIRE_NAME "\x04" "1a2b" "\x05" "local" "\0"
/* id, flags of an authoritative response, then the four counts */
#define HEADER(questions, answers) "\0\0\x84\0\0" questions "\0" answers "\0\0\0\0"
#define A_RECORD "\0\x01\x80\x01\0\0\0\x78\0\x04\xc0\0\x02\x07"

/* From a block of just this size, so that a read past its end shows. */
static int read_bytes(const void *bytes, size_t size, struct address *ret_address)
{
	uint8_t *data = malloc(size + !size);

	memcpy(data, bytes, size);
	int r = mdns_read_answer(data, size, NAME, ret_address);
	free(data);
	return r;
}

#define READ(bytes, ret_address) read_bytes(bytes, sizeof(bytes) - 1, ret_address)

static void expect_address(const struct address *address, const char *ip)
{
	char text[ADDRESS_TEXT_SIZE];

	address_format(address, text);
	cr_expect_str_eq(text, ip);
	cr_expect_eq(address_port(address), 0);
}

Test(mdns_message, a_question_is_as_in_the_rfc)
{
	static const char expected[] = "\0\0\0\0\0\x01\0\0\0\0\0\0" WIRE_NAME "\0\x1c\0\x01";
	uint8_t data[MDNS_QUESTION_MAX];

	cr_assert_eq(mdns_write_question(NAME, MDNS_AAAA, data, sizeof(data)), sizeof(expected) - 1);
	cr_expect_arr_eq(data, expected, sizeof(expected) - 1);
	cr_expect_eq(mdns_write_question(NAME, MDNS_A, data, sizeof(expected) - 2), -EMSGSIZE);
}

Test(mdns_message, what_is_no_name_is_not_asked_for)
{
	uint8_t data[MDNS_QUESTION_MAX];
	char name[300];

	cr_expect_eq(mdns_write_question("", MDNS_A, data, sizeof(data)), -EINVAL);
	cr_expect_eq(mdns_write_question(".local", MDNS_A, data, sizeof(data)), -EINVAL);
	cr_expect_eq(mdns_write_question("a..local", MDNS_A, data, sizeof(data)), -EINVAL);
	memset(name, 'a', sizeof(name));
	strcpy(name + 64, ".local");
	cr_expect_eq(mdns_write_question(name, MDNS_A, data, sizeof(data)), -EINVAL);
	for (unsigned i = 0; i < 255; i++)
		name[i] = i % 2 ? '.' : 'a';
	name[253] = '\0';
	cr_expect_gt(mdns_write_question(name, MDNS_A, data, sizeof(data)), 0, "the longest");
	memcpy(name + 253, ".a", 3);
	cr_expect_eq(mdns_write_question(name, MDNS_A, data, sizeof(data)), -EINVAL);
}

Test(mdns_message, an_answer_has_an_ipv4_address)
{
	struct address address;

	cr_assert_eq(READ(HEADER("\0", "\x01") WIRE_NAME A_RECORD, &address), 0);
	expect_address(&address, "192.0.2.7");
}

Test(mdns_message, an_answer_has_an_ipv6_address)
{
	struct address address;

	cr_assert_eq(READ(HEADER("\0", "\x01") WIRE_NAME "\0\x1c\0\x01\0\0\0\x78\0\x10"
							  "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05",
			  &address),
		     0);
	expect_address(&address, "2001:db8::5");
}

Test(mdns_message, names_are_compared_without_case)
{
	struct address address;

	cr_expect_eq(READ(HEADER("\0", "\x01") "\x04" "1A2B" "\x05" "LOCAL" "\0" A_RECORD, &address), 0);
}

Test(mdns_message, a_name_may_point_back)
{
	struct address address;

	cr_expect_eq(READ(HEADER("\x01", "\x01") WIRE_NAME "\0\x01\0\x01" "\xc0\x0c" A_RECORD, &address), 0);
	cr_expect_eq(READ(HEADER("\x01", "\x01") "\x05" "local" "\0" "\0\x01\0\x01" "\x04" "1a2b" "\xc0\x0c" A_RECORD,
			  &address),
		     0);
}

Test(mdns_message, a_name_that_points_at_itself_or_ahead_is_no_name)
{
	struct address address;

	cr_expect_eq(READ(HEADER("\0", "\x01") "\xc0\x0c" A_RECORD, &address), -EBADMSG);
	cr_expect_eq(READ(HEADER("\0", "\x01") "\xc0\x20" A_RECORD WIRE_NAME, &address), -EBADMSG);
	cr_expect_eq(READ(HEADER("\0", "\x01") "\x01" "a" "\xc0\x0c" A_RECORD, &address), -EBADMSG);
	cr_expect_eq(READ(HEADER("\0", "\x01") "\x80\x0c" A_RECORD, &address), -EBADMSG);
}

Test(mdns_message, other_records_are_passed_over)
{
	struct address address;

	cr_assert_eq(READ(HEADER("\0", "\x03") "\x05" "other" "\x05" "local" "\0"
					       "\0\x01\x80\x01\0\0\0\x78\0\x04\xc0\0\x02\x08" WIRE_NAME
					       "\0\x2f\x80\x01\0\0\0\x78\0\x02\0\0" "\xc0\x27" A_RECORD,
			  &address),
		     0);
	expect_address(&address, "192.0.2.7");
}

Test(mdns_message, what_does_not_answer_is_no_answer)
{
	struct address address;

	cr_expect_eq(READ("\0\0\0\0\0\0\0\x01\0\0\0\0" WIRE_NAME A_RECORD, &address), -ENOENT, "a query");
	cr_expect_eq(READ("\0\0\x84\x03\0\0\0\x01\0\0\0\0" WIRE_NAME A_RECORD, &address), -ENOENT, "an error");
	cr_expect_eq(READ(HEADER("\0", "\0"), &address), -ENOENT, "empty");
	cr_expect_eq(READ(HEADER("\0", "\x01") WIRE_NAME "\0\x01\x80\x01\0\0\0\0\0\x04\xc0\0\x02\x07", &address),
		     -ENOENT, "a goodbye");
	cr_expect_eq(READ(HEADER("\0", "\x01") WIRE_NAME "\0\x01\x80\x03\0\0\0\x78\0\x04\xc0\0\x02\x07", &address),
		     -ENOENT, "of another class");
	cr_expect_eq(READ(HEADER("\0", "\x01") WIRE_NAME "\0\x01\x80\x01\0\0\0\x78\0\x03\xc0\0\x02", &address),
		     -ENOENT, "too short an address");
	cr_expect_eq(READ(HEADER("\0", "\x01") "\x0a" "1a2b.local" "\0" A_RECORD, &address), -EBADMSG,
		     "a dot within a label");
}

Test(mdns_message, what_is_cut_anywhere_is_no_answer)
{
	static const char whole[] = HEADER("\x01", "\x01") WIRE_NAME "\0\x01\0\x01" "\xc0\x0c" A_RECORD;
	struct address address;

	for (size_t size = 0; size < sizeof(whole) - 1; size++)
		cr_expect_eq(read_bytes(whole, size, &address), -EBADMSG, "%zu bytes", size);
}
/* clang-format on */
