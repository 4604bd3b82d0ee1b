/* SPDX-License-Identifier: Apache-2.0 */
#include "stun_bytes.inc.c"

/* clang-format off */
/* RFC 5769 section 2.1. */
static const uint8_t sample_request[] = {
	0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, TRANSACTION,
	0x80, 0x22, 0x00, 0x10, 'S', 'T', 'U', 'N', ' ', 't', 'e', 's', 't', ' ', 'c', 'l', 'i', 'e', 'n', 't',
	0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
	0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
	0x00, 0x06, 0x00, 0x09, 'e', 'v', 't', 'j', ':', 'h', '6', 'v', 'Y', 0x20, 0x20, 0x20,
	0x00, 0x08, 0x00, 0x14,
	0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e,
	0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2,
	0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};
/* Section 2.2. */
static const uint8_t sample_ipv4_response[] = {
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, TRANSACTION,
	0x80, 0x22, 0x00, 0x0b, 't', 'e', 's', 't', ' ', 'v', 'e', 'c', 't', 'o', 'r', 0x20,
	0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
	0x00, 0x08, 0x00, 0x14,
	0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74,
	0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7,
	0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};
/* Section 2.3. */
static const uint8_t sample_ipv6_response[] = {
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, TRANSACTION,
	0x80, 0x22, 0x00, 0x0b, 't', 'e', 's', 't', ' ', 'v', 'e', 'c', 't', 'o', 'r', 0x20,
	0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47,
	0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
	0x00, 0x08, 0x00, 0x14,
	0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84,
	0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
	0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};
/* clang-format on */

Test(stun, the_sample_request_is_read)
{
	const uint8_t transaction[] = {TRANSACTION};
	struct stun_message message;

	cr_assert_eq(read_copy(sample_request, sizeof(sample_request), &message), 0);
	cr_expect_eq(message.class, STUN_REQUEST);
	cr_expect_eq(message.method, STUN_BINDING);
	cr_expect_arr_eq(message.transaction, transaction, sizeof(transaction));
	cr_expect_str_eq(message.username, "evtj:h6vY");
	cr_expect_eq(message.priority, 0x6e0001ff);
	cr_expect(message.controlled);
	cr_expect_not(message.controlling);
	cr_expect_eq(message.tie_breaker, 0x932ff9b151263b36);
	cr_expect_not(message.use_candidate);
	cr_expect_eq(message.mapped.size, 0);
	cr_expect_eq(message.unknown_count, 0);
	cr_expect(message.has_integrity);
	cr_expect(message.has_fingerprint);
}

Test(stun, the_sample_responses_are_read)
{
	struct stun_message message;

	cr_assert_eq(read_copy(sample_ipv4_response, sizeof(sample_ipv4_response), &message), 0);
	cr_expect_eq(message.class, STUN_SUCCESS);
	expect_ip(&message.mapped, "192.0.2.1", 32853);
	cr_assert_eq(read_copy(sample_ipv6_response, sizeof(sample_ipv6_response), &message), 0);
	cr_expect_eq(message.class, STUN_SUCCESS);
	expect_ip(&message.mapped, "2001:db8:1234:5678:11:2233:4455:6677", 32853);
}

Test(stun, integrity_holds_with_the_right_password_only)
{
	cr_expect_eq(stun_check_integrity(sample_request, sizeof(sample_request), PASSWORD), 0);
	cr_expect_eq(
		stun_check_integrity(sample_ipv4_response, sizeof(sample_ipv4_response), PASSWORD),
		0);
	cr_expect_eq(
		stun_check_integrity(sample_ipv6_response, sizeof(sample_ipv6_response), PASSWORD),
		0);
	cr_expect_eq(stun_check_integrity(sample_request, sizeof(sample_request),
					  "vOkJxbRl1RmTxUk/WvJxBt"),
		     -EACCES);
	cr_expect_eq(stun_check_integrity(sample_request, sizeof(sample_request), ""), -EACCES);
}

Test(stun, any_flipped_bit_before_the_integrity_is_seen)
{
	const size_t end = sizeof(sample_request) - 8; /* of the integrity */
	uint8_t copy[sizeof(sample_request)];

	for (size_t bit = 0; bit < end * 8; bit++) {
		if (bit / 8 == 2 || bit / 8 == 3)
			continue; /* the length: rewritten */
		memcpy(copy, sample_request, sizeof(copy));
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_lt(stun_check_integrity(copy, sizeof(copy), PASSWORD), 0, "bit %zu", bit);
	}
}

Test(stun, any_flipped_bit_breaks_the_fingerprint)
{
	uint8_t copy[sizeof(sample_request)];
	struct stun_message message;

	for (size_t bit = 0; bit < sizeof(copy) * 8; bit++) {
		memcpy(copy, sample_request, sizeof(copy));
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		/* The type of the fingerprint itself: it is then another attribute. */
		if (bit / 8 == sizeof(copy) - 8 || bit / 8 == sizeof(copy) - 7)
			continue;
		cr_expect_eq(read_copy(copy, sizeof(copy), &message), -EBADMSG, "bit %zu", bit);
	}
}

Test(stun, a_message_without_integrity_says_so)
{
	struct bytes bytes;

	start(&bytes);
	struct stun_message message = read_good(&bytes);
	cr_expect_not(message.has_integrity);
	cr_expect_not(message.has_fingerprint);
	cr_expect_eq(stun_check_integrity(bytes.data, bytes.size, PASSWORD), -ENOENT);
	cr_expect_eq(stun_check_integrity(bytes.data, 0, PASSWORD), -ENOENT);
}

Test(stun, what_is_written_is_the_sample_but_for_its_order)
{
	struct stun_message message = {
		.class = STUN_SUCCESS,
		.method = STUN_BINDING,
		.transaction = {TRANSACTION},
		.mapped = {.size = sizeof(struct sockaddr_in)},
	};
	/* clang-format off */
	const uint8_t expected[] = {
		0x01, 0x01, 0x00, 0x14, 0x21, 0x12, 0xa4, 0x42, TRANSACTION,
		0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
		0x80, 0x28, 0x00, 0x04,
	};
	/* clang-format on */
	uint8_t data[STUN_MESSAGE_MAX];

	message.mapped.v4.sin_family = AF_INET;
	message.mapped.v4.sin_port = htons(32853);
	inet_pton(AF_INET, "192.0.2.1", &message.mapped.v4.sin_addr);
	cr_assert_eq(stun_write(&message, NULL, data, sizeof(data)), sizeof(expected) + 4);
	cr_expect_arr_eq(data, expected, sizeof(expected));
}

/* Everything at once, as far as it goes together. */
static struct stun_message full_message(void)
{
	struct stun_message message = {
		.class = STUN_ERROR,
		.method = 0xbc,
		.transaction = {TRANSACTION},
		.username = "remote:local",
		.mapped = {.size = sizeof(struct sockaddr_in6)},
		.priority = 0x6e7f1eff,
		.use_candidate = true,
		.controlling = true,
		.tie_breaker = 0x0123456789abcdef,
		.error_code = STUN_ROLE_CONFLICT,
	};

	message.mapped.v6.sin6_family = AF_INET6;
	message.mapped.v6.sin6_port = htons(9);
	inet_pton(AF_INET6, "fe80::1234", &message.mapped.v6.sin6_addr);
	return message;
}

Test(stun, what_is_written_reads_back)
{
	struct stun_message message = full_message(), back;
	uint8_t data[STUN_MESSAGE_MAX];

	int size = stun_write(&message, PASSWORD, data, sizeof(data));
	cr_assert_gt(size, 0);
	cr_assert_eq(read_copy(data, (size_t)size, &back), 0);
	cr_expect_eq(back.class, message.class);
	cr_expect_eq(back.method, message.method);
	cr_expect_arr_eq(back.transaction, message.transaction, STUN_TRANSACTION_SIZE);
	cr_expect_str_eq(back.username, message.username);
	expect_ip(&back.mapped, "fe80::1234", 9);
	cr_expect_eq(back.priority, message.priority);
	cr_expect(back.use_candidate);
	cr_expect(back.controlling);
	cr_expect_not(back.controlled);
	cr_expect_eq(back.tie_breaker, message.tie_breaker);
	cr_expect_eq(back.error_code, STUN_ROLE_CONFLICT);
	cr_expect(back.has_integrity);
	cr_expect(back.has_fingerprint);
	cr_expect_eq(stun_check_integrity(data, (size_t)size, PASSWORD), 0);
	cr_expect_eq(stun_check_integrity(data, (size_t)size, "other"), -EACCES);
}

Test(stun, all_classes_and_methods_go_through_the_type)
{
	uint8_t data[64];

	for (unsigned class = STUN_REQUEST; class <= STUN_ERROR; class ++) {
		for (unsigned method = 0; method < 0x100; method++) {
			struct stun_message message = {.class = class, .method = method}, back;
			int size = stun_write(&message, NULL, data, sizeof(data));
			cr_assert_eq(stun_read(data, (size_t)size, &back), 0);
			cr_assert_eq(back.class, class);
			cr_assert_eq(back.method, method);
		}
	}
}

Test(stun, too_little_room_is_refused_and_nothing_is_written_beyond)
{
	struct stun_message message = full_message();
	uint8_t data[STUN_MESSAGE_MAX];
	int size = stun_write(&message, PASSWORD, data, sizeof(data));

	for (int max = 0; max < size; max++) {
		uint8_t *room = malloc(max ? (size_t)max : 1);
		cr_expect_eq(stun_write(&message, PASSWORD, room, (size_t)max), -EMSGSIZE);
		free(room);
	}
	cr_expect_eq(stun_write(&message, PASSWORD, data, (size_t)size), size);
}

Test(stun, a_message_cut_short_is_bad)
{
	struct stun_message message;

	for (size_t size = 0; size < sizeof(sample_request); size++)
		cr_expect_eq(read_copy(sample_request, size, &message), -EBADMSG);
	/* Also if its length says so. */
	for (size_t size = 20; size < sizeof(sample_request) - 8; size++) {
		uint8_t copy[sizeof(sample_request)];
		memcpy(copy, sample_request, sizeof(copy));
		copy[3] = (uint8_t)(size - 20);
		struct stun_message untouched = {.priority = 7};
		if (read_copy(copy, size, &untouched) < 0)
			cr_expect_eq(untouched.priority, 7);
		else
			cr_expect_eq(size % 4, 0);
	}
}

Test(stun, what_is_no_stun_is_told_by_its_start)
{
	uint8_t data[20];

	memcpy(data, sample_request, sizeof(data));
	cr_expect(stun_is_message(data, 20));
	cr_expect_not(stun_is_message(data, 19));
	data[0] = 3;
	cr_expect(stun_is_message(data, 20));
	data[0] = 4;
	cr_expect_not(stun_is_message(data, 20));
	data[0] = 22; /* DTLS */
	cr_expect_not(stun_is_message(data, 20));
	data[0] = 0;
	data[7] ^= 1;
	cr_expect_not(stun_is_message(data, 20));
}
