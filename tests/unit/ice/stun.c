/* SPDX-License-Identifier: Apache-2.0 */
#include "stun.inc.c"

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

Test(stun, an_attribute_that_reaches_beyond_the_message_is_bad)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x80, 0x22, 0x00, 0x05, 1, 2, 3, 4);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0x80, 0x22, 0xff, 0xff, 1, 2, 3, 4);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0x80, 0x22, 0x00, 0x03, 1, 2, 3, 4);
	read_good(&bytes);
}

Test(stun, attributes_of_a_wrong_size_are_bad)
{
	static const struct {
		uint16_t type;
		uint8_t size;
	} rows[] = {
		{0x0001, 4},  {0x0001, 12}, {0x0008, 16}, {0x0008, 24}, {0x0009, 0},  {0x0020, 4},
		{0x0020, 16}, {0x0020, 24}, {0x0024, 0},  {0x0024, 8},	{0x0025, 4},  {0x8028, 0},
		{0x8028, 8},  {0x8029, 4},  {0x8029, 12}, {0x802a, 4},	{0x802a, 12},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t value[32] = {0, 1, 4, 1};
		struct bytes bytes;
		start(&bytes);
		ADD(&bytes, (uint8_t)(rows[i].type >> 8), (uint8_t)rows[i].type, 0, rows[i].size);
		add(&bytes, value, rows[i].size);
		struct stun_message message;
		cr_expect_eq(read_copy(bytes.data, bytes.size, &message), -EBADMSG,
			     "type %x size %u", rows[i].type, rows[i].size);
	}
}

Test(stun, the_size_of_an_address_must_fit_its_family)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0, 0x20, 0, 8, 0, 2, 0, 9, 1, 2, 3, 4);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x20, 0, 20, 0, 1, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	    16);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x01, 0, 8, 0, 3, 0, 9, 1, 2, 3, 4);
	expect_bad(&bytes);
}

Test(stun, after_the_integrity_only_the_fingerprint_counts)
{
	struct stun_message message = {
		.class = STUN_REQUEST, .method = STUN_BINDING, .priority = 1};
	struct bytes bytes;

	bytes.size = (size_t)stun_write(&message, PASSWORD, bytes.data, sizeof(bytes.data)) - 8;
	ADD(&bytes, 0, 0x25, 0, 0);
	ADD(&bytes, 0, 0x24, 0, 4, 0, 0, 0, 9);
	ADD(&bytes, 0x7f, 0xff, 0, 0);
	struct stun_message back = read_good(&bytes);
	cr_expect_not(back.use_candidate);
	cr_expect_eq(back.priority, 1);
	cr_expect_eq(back.unknown_count, 0);
	cr_expect_eq(stun_check_integrity(bytes.data, bytes.size, PASSWORD), 0);
}

Test(stun, the_first_integrity_is_the_one_that_counts)
{
	struct stun_message message = {.class = STUN_REQUEST, .method = STUN_BINDING};
	struct bytes bytes;
	uint8_t forged[24] = {0, 8, 0, 20};

	start(&bytes);
	add(&bytes, forged, sizeof(forged));
	struct bytes good;
	good.size = (size_t)stun_write(&message, PASSWORD, good.data, sizeof(good.data)) - 8;
	add(&bytes, good.data + 20, 24);
	read_good(&bytes);
	cr_expect_eq(stun_check_integrity(bytes.data, bytes.size, PASSWORD), -EACCES);
}

/* FINGERPRINT over what is before it, bit by bit. */
static void fill_fingerprint(struct bytes *bytes, size_t offset)
{
	uint32_t crc = 0xffffffff;

	for (size_t bit = 0; bit < offset * 8; bit++) {
		crc ^= bytes->data[bit / 8] >> bit % 8 & 1;
		crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	crc = htonl(~crc ^ 0x5354554e);
	memcpy(bytes->data + offset + 4, &crc, sizeof(crc));
}

Test(stun, nothing_may_follow_the_fingerprint)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x80, 0x28, 0, 4, 0, 0, 0, 0);
	fill_fingerprint(&bytes, 20);
	cr_expect(read_good(&bytes).has_fingerprint);
	ADD(&bytes, 0x80, 0x22, 0, 0);
	fill_fingerprint(&bytes, 20);
	expect_bad(&bytes);
}

Test(stun, what_pads_an_attribute_is_zero)
{
	const uint8_t expected[] = {0,	 6,   0,   9,	'e', 'v', 't', 'j',
				    ':', 'h', '6', 'v', 'Y', 0,	  0,   0};
	struct stun_message message = {.username = "evtj:h6vY"};
	uint8_t data[64];

	memset(data, 0xff, sizeof(data));
	cr_assert_gt(stun_write(&message, NULL, data, sizeof(data)), 0);
	cr_expect_arr_eq(data + 20, expected, sizeof(expected));
}

Test(stun, the_first_of_two_attributes_counts)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0, 0x06, 0, 4, 'a', ':', 'b', 'c');
	ADD(&bytes, 0, 0x06, 0, 2, 'x', 'y', 0, 0);
	ADD(&bytes, 0, 0x24, 0, 4, 0, 0, 0, 1);
	ADD(&bytes, 0, 0x24, 0, 4, 0, 0, 0, 2);
	ADD(&bytes, 0x80, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1);
	ADD(&bytes, 0x80, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2);
	struct stun_message message = read_good(&bytes);
	cr_expect_str_eq(message.username, "a:bc");
	cr_expect_eq(message.priority, 1);
	cr_expect_eq(message.tie_breaker, 1);
}

Test(stun, both_roles_at_once_are_bad)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x80, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1);
	ADD(&bytes, 0x80, 0x29, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1);
	expect_bad(&bytes);
}

Test(stun, the_xored_address_goes_before_the_plain_one_in_any_order)
{
	const uint8_t plain[] = {0, 0x01, 0, 8, 0, 1, 0, 7, 10, 0, 0, 1};
	const uint8_t xored[] = {0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43};
	struct bytes bytes;
	struct stun_message message;

	start(&bytes);
	add(&bytes, plain, sizeof(plain));
	message = read_good(&bytes);
	expect_ip(&message.mapped, "10.0.0.1", 7);
	add(&bytes, xored, sizeof(xored));
	message = read_good(&bytes);
	expect_ip(&message.mapped, "192.0.2.1", 32853);
	start(&bytes);
	add(&bytes, xored, sizeof(xored));
	add(&bytes, plain, sizeof(plain));
	message = read_good(&bytes);
	expect_ip(&message.mapped, "192.0.2.1", 32853);
}

Test(stun, unknown_required_attributes_are_listed_once_and_optional_ones_are_not)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x7f, 0xff, 0, 0);
	ADD(&bytes, 0x80, 0x00, 0, 0);
	ADD(&bytes, 0x00, 0x03, 0, 4, 0, 0, 0, 0);
	ADD(&bytes, 0x7f, 0xff, 0, 1, 1, 0, 0, 0);
	struct stun_message message = read_good(&bytes);
	cr_assert_eq(message.unknown_count, 2);
	cr_expect_eq(message.unknown[0], 0x7fff);
	cr_expect_eq(message.unknown[1], 0x0003);
	for (uint8_t i = 0; i < 100; i++)
		ADD(&bytes, 0x70, i, 0, 0);
	message = read_good(&bytes);
	cr_expect_eq(message.unknown_count, 8);
}

Test(stun, an_error_names_the_attributes_that_were_not_known)
{
	struct stun_message message = {
		.class = STUN_ERROR,
		.method = STUN_BINDING,
		.error_code = STUN_UNKNOWN_ATTRIBUTE,
		.unknown = {0x7fff, 0x0003},
		.unknown_count = 2,
	};
	const uint8_t list[] = {0x00, 0x0a, 0x00, 0x04, 0x7f, 0xff, 0x00, 0x03};
	struct stun_message back;
	uint8_t data[256];
	int size = stun_write(&message, NULL, data, sizeof(data));

	cr_assert_gt(size, 0);
	cr_expect_not_null(memmem(data, (size_t)size, list, sizeof(list)));
	cr_assert_eq(stun_read(data, (size_t)size, &back), 0);
	cr_expect_eq(back.error_code, 420);
	cr_expect_eq(back.unknown_count, 0, "it is not unknown to us");
	message.class = STUN_REQUEST;
	message.error_code = 0;
	cr_expect_eq(stun_write(&message, NULL, data, sizeof(data)), 28);
}

Test(stun, an_error_code_is_a_class_and_a_number)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0, 0x09, 0, 6, 0, 0, 0xfc, 87, 'h', 'i', 0, 0);
	cr_expect_eq(read_good(&bytes).error_code, 487, "reserved bits do not count");
	start(&bytes);
	ADD(&bytes, 0, 0x09, 0, 4, 0, 0, 2, 0);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x09, 0, 4, 0, 0, 7, 0);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x09, 0, 4, 0, 0, 4, 100);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x09, 0, 4, 0, 0, 3, 99);
	cr_expect_eq(read_good(&bytes).error_code, 399);
}

Test(stun, a_username_has_at_most_513_bytes_and_no_nul)
{
	char username[516];
	struct bytes bytes;

	memset(username, 'u', sizeof(username));
	start(&bytes);
	ADD(&bytes, 0, 0x06, 0x02, 0x01);
	add(&bytes, username, 516);
	cr_expect_eq(strlen(read_good(&bytes).username), 513);
	start(&bytes);
	ADD(&bytes, 0, 0x06, 0x02, 0x02);
	add(&bytes, username, 516);
	expect_bad(&bytes);
	start(&bytes);
	ADD(&bytes, 0, 0x06, 0, 4, 'a', 0, 'b', 'c');
	expect_bad(&bytes);
}

Test(stun, a_username_of_full_length_is_written)
{
	struct stun_message message = {.class = STUN_REQUEST, .method = STUN_BINDING}, back;
	uint8_t data[STUN_MESSAGE_MAX];

	memset(message.username, 'u', STUN_USERNAME_MAX);
	int size = stun_write(&message, PASSWORD, data, sizeof(data));
	cr_assert_gt(size, 0);
	cr_assert_eq(read_copy(data, (size_t)size, &back), 0);
	cr_expect_str_eq(back.username, message.username);
}

Test(stun, a_message_longer_than_any_path_must_carry_is_bad)
{
	static const uint8_t zeros[STUN_MESSAGE_MAX];
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x80, 0x22, 0x04, 0xe8);
	add(&bytes, zeros, 0x4e8);
	cr_assert_eq(bytes.size, STUN_MESSAGE_MAX);
	read_good(&bytes);
	start(&bytes);
	ADD(&bytes, 0x80, 0x22, 0x04, 0xec);
	add(&bytes, zeros, 0x4ec);
	expect_bad(&bytes);
	cr_expect_eq(stun_check_integrity(bytes.data, bytes.size, PASSWORD), -ENOENT);
}

Test(stun, transactions_differ)
{
	uint8_t one[STUN_TRANSACTION_SIZE], other[STUN_TRANSACTION_SIZE];

	stun_new_transaction(one);
	stun_new_transaction(other);
	cr_expect_neq(memcmp(one, other, sizeof(one)), 0);
}
