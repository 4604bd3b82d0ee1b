/* SPDX-License-Identifier: Apache-2.0 */
#include "stun_bytes.inc.c"

static void expect_bad(const struct bytes *bytes)
{
	struct stun_message message;

	cr_expect_eq(read_copy(bytes->data, bytes->size, &message), -EBADMSG);
}

Test(stun_attribute, an_attribute_that_reaches_beyond_the_message_is_bad)
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

Test(stun_attribute, attributes_of_a_wrong_size_are_bad)
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

Test(stun_attribute, the_size_of_an_address_must_fit_its_family)
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

Test(stun_attribute, after_the_integrity_only_the_fingerprint_counts)
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

Test(stun_attribute, the_first_integrity_is_the_one_that_counts)
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

Test(stun_attribute, nothing_may_follow_the_fingerprint)
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

Test(stun_attribute, what_pads_an_attribute_is_zero)
{
	const uint8_t expected[] = {0,	 6,   0,   9,	'e', 'v', 't', 'j',
				    ':', 'h', '6', 'v', 'Y', 0,	  0,   0};
	struct stun_message message = {.username = "evtj:h6vY"};
	uint8_t data[64];

	memset(data, 0xff, sizeof(data));
	cr_assert_gt(stun_write(&message, NULL, data, sizeof(data)), 0);
	cr_expect_arr_eq(data + 20, expected, sizeof(expected));
}

Test(stun_attribute, the_first_of_two_attributes_counts)
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

Test(stun_attribute, both_roles_at_once_are_bad)
{
	struct bytes bytes;

	start(&bytes);
	ADD(&bytes, 0x80, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1);
	ADD(&bytes, 0x80, 0x29, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1);
	expect_bad(&bytes);
}

Test(stun_attribute, the_xored_address_goes_before_the_plain_one_in_any_order)
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

Test(stun_attribute, unknown_required_attributes_are_listed_once_and_optional_ones_are_not)
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

Test(stun_attribute, an_error_names_the_attributes_that_were_not_known)
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

Test(stun_attribute, an_error_code_is_a_class_and_a_number)
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

Test(stun_attribute, a_username_has_at_most_513_bytes_and_no_nul)
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

Test(stun_attribute, a_username_of_full_length_is_written)
{
	struct stun_message message = {.class = STUN_REQUEST, .method = STUN_BINDING}, back;
	uint8_t data[STUN_MESSAGE_MAX];

	memset(message.username, 'u', STUN_USERNAME_MAX);
	int size = stun_write(&message, PASSWORD, data, sizeof(data));
	cr_assert_gt(size, 0);
	cr_assert_eq(read_copy(data, (size_t)size, &back), 0);
	cr_expect_str_eq(back.username, message.username);
}

Test(stun_attribute, a_message_longer_than_any_path_must_carry_is_bad)
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

Test(stun_attribute, transactions_differ)
{
	uint8_t one[STUN_TRANSACTION_SIZE], other[STUN_TRANSACTION_SIZE];

	stun_new_transaction(one);
	stun_new_transaction(other);
	cr_expect_neq(memcmp(one, other, sizeof(one)), 0);
}
