/* SPDX-License-Identifier: Apache-2.0 */
#include <sctp/dcep.h>

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Type, priority 256, parameter, a label of three bytes, a protocol of two. */
#define OPEN(type, p0, p1, p2, p3)                                                                 \
	{                                                                                          \
		0x03, type, 1, 0, p0, p1, p2, p3, 0, 3, 0, 2, 'l', 0, 'b', 'p', 'q'                \
	}

static int read_copy(const uint8_t *data, size_t size, struct dcep_open *ret_open)
{
	static uint8_t *copy; /* what ret_open points into, until the next call */

	free(copy);
	copy = malloc(size ? size : 1);
	cr_assert_not_null(copy);
	memcpy(copy, data, size);
	return dcep_read(copy, size, ret_open);
}

Test(dcep, an_open_is_read)
{
	const uint8_t data[] = OPEN(0x00, 0, 0, 0, 0);
	struct dcep_open open;

	cr_assert_eq(read_copy(data, sizeof(data), &open), DCEP_OPEN);
	cr_expect_not(open.unordered);
	cr_expect_eq(open.max_retransmits, -1);
	cr_expect_eq(open.max_lifetime_ms, -1);
	cr_expect_eq(open.priority, 256);
	cr_expect_eq(open.label_size, 3);
	cr_expect_arr_eq(open.label, "l\0b", 3);
	cr_expect_eq(open.protocol_size, 2);
	cr_expect_arr_eq(open.protocol, "pq", 2);
}

Test(dcep, all_types_are_read_and_written)
{
	static const struct {
		uint8_t type;
		bool unordered;
		int max_retransmits, max_lifetime_ms;
	} rows[] = {
		{0x00, false, -1, -1}, {0x80, true, -1, -1},   {0x01, false, 258, -1},
		{0x81, true, 258, -1}, {0x02, false, -1, 258}, {0x82, true, -1, 258},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t data[] = OPEN(rows[i].type, 0, 0, 1, 2), back[64];
		struct dcep_open open;
		cr_assert_eq(read_copy(data, sizeof(data), &open), DCEP_OPEN);
		cr_expect_eq(open.unordered, rows[i].unordered);
		cr_expect_eq(open.max_retransmits, rows[i].max_retransmits);
		cr_expect_eq(open.max_lifetime_ms, rows[i].max_lifetime_ms);
		cr_assert_eq(dcep_write_open(&open, back, sizeof(back)), sizeof(data));
		if ((rows[i].type & 0x7f) == 0)
			memset(data + 4, 0, 4);
		cr_expect_arr_eq(back, data, sizeof(data));
	}
}

Test(dcep, other_types_are_bad)
{
	for (unsigned type = 0; type < 256; type++) {
		const uint8_t data[] = OPEN((uint8_t)type, 0, 0, 0, 0);
		struct dcep_open open = {.priority = 7};
		int expected = (type & 0x7f) <= 2 ? DCEP_OPEN : -EBADMSG;
		cr_expect_eq(read_copy(data, sizeof(data), &open), expected, "type %u", type);
		if (expected < 0)
			cr_expect_eq(open.priority, 7);
	}
}

Test(dcep, a_limit_beyond_an_int_is_the_largest)
{
	const uint8_t retransmits[] = OPEN(0x01, 0x80, 0, 0, 0);
	const uint8_t lifetime[] = OPEN(0x82, 0xff, 0xff, 0xff, 0xff);
	const uint8_t none[] = OPEN(0x01, 0, 0, 0, 0);
	struct dcep_open open;

	cr_assert_eq(read_copy(retransmits, sizeof(retransmits), &open), DCEP_OPEN);
	cr_expect_eq(open.max_retransmits, INT_MAX);
	cr_assert_eq(read_copy(lifetime, sizeof(lifetime), &open), DCEP_OPEN);
	cr_expect_eq(open.max_lifetime_ms, INT_MAX);
	cr_assert_eq(read_copy(none, sizeof(none), &open), DCEP_OPEN);
	cr_expect_eq(open.max_retransmits, 0, "0 is a limit");
	uint8_t back[sizeof(none)];
	cr_assert_eq(dcep_write_open(&open, back, sizeof(back)), sizeof(none));
	cr_expect_arr_eq(back, none, sizeof(none));
}

Test(dcep, lengths_must_fit_exactly)
{
	const uint8_t data[] = OPEN(0x00, 0, 0, 0, 0);
	uint8_t longer[sizeof(data) + 1] = {0};
	struct dcep_open open;

	for (size_t size = 0; size < sizeof(data); size++)
		cr_expect_eq(read_copy(data, size, &open), -EBADMSG, "%zu bytes", size);
	memcpy(longer, data, sizeof(data));
	cr_expect_eq(read_copy(longer, sizeof(longer), &open), -EBADMSG);
	longer[8] = 0xff;
	longer[10] = 0xff;
	cr_expect_eq(read_copy(longer, sizeof(longer), &open), -EBADMSG);
}

Test(dcep, empty_strings_are_fine)
{
	struct dcep_open open = {.max_retransmits = -1, .max_lifetime_ms = -1}, back;
	uint8_t data[12];

	cr_assert_eq(dcep_write_open(&open, data, sizeof(data)), 12);
	cr_assert_eq(read_copy(data, sizeof(data), &back), DCEP_OPEN);
	cr_expect_eq(back.label_size, 0);
	cr_expect_eq(back.protocol_size, 0);
}

Test(dcep, the_longest_strings_are_written_and_longer_ones_refused)
{
	const size_t max = 12 + 2 * 65535;
	char *text = calloc(1, 65536);
	uint8_t *data = malloc(max);
	struct dcep_open open = {
		.max_retransmits = -1,
		.max_lifetime_ms = -1,
		.label = text,
		.label_size = 65535,
		.protocol = text,
		.protocol_size = 65535,
	};
	struct dcep_open back;

	cr_expect_eq(dcep_write_open(&open, data, max - 1), -EMSGSIZE);
	cr_assert_eq(dcep_write_open(&open, data, max), (int)max);
	cr_assert_eq(dcep_read(data, max, &back), DCEP_OPEN);
	cr_expect_eq(back.protocol_size, 65535);
	cr_expect_eq(back.protocol, (const char *)data + 12 + 65535);
	open.label_size = 65536;
	open.protocol_size = 0;
	cr_expect_eq(dcep_write_open(&open, data, max), -EMSGSIZE);
	open.label_size = 0;
	open.protocol_size = 65536;
	cr_expect_eq(dcep_write_open(&open, data, max), -EMSGSIZE);
	free(data);
	free(text);
}

Test(dcep, an_ack_is_one_byte)
{
	const uint8_t longer[] = {2, 0};
	struct dcep_open open;
	uint8_t data[1];

	cr_assert_eq(dcep_write_ack(data, 1), 1);
	cr_expect_eq(data[0], 2);
	cr_expect_eq(dcep_read(data, 1, &open), DCEP_ACK);
	cr_expect_eq(dcep_read(longer, 2, &open), -EBADMSG);
	cr_expect_eq(dcep_write_ack(data, 0), -EMSGSIZE);
}

Test(dcep, other_messages_are_bad)
{
	struct dcep_open open;

	for (unsigned type = 0; type < 256; type++) {
		uint8_t data[] = OPEN(0x00, 0, 0, 0, 0);
		data[0] = (uint8_t)type;
		if (type != DCEP_OPEN)
			cr_expect_eq(dcep_read(data, sizeof(data), &open), -EBADMSG);
		if (type != DCEP_ACK)
			cr_expect_eq(dcep_read(data, 1, &open), -EBADMSG);
	}
}
