/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <sctp/crc32c.h>

Test(crc32c, of_the_digits_is_the_check_value)
{
	cr_assert_eq(crc32c(0, "123456789", 9), 0xe3069283);
	cr_assert_eq(crc32c_portable(0, "123456789", 9), 0xe3069283);
}

Test(crc32c, of_nothing_is_nothing)
{
	cr_assert_eq(crc32c(0, "", 0), 0);
	cr_assert_eq(crc32c_portable(0, "", 0), 0);
}

Test(crc32c, is_the_same_either_way_at_any_size_and_place)
{
	uint8_t data[300];

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i + 3 * i);
	for (unsigned begin = 0; begin < 9; begin++) {
		for (unsigned size = 0; begin + size <= sizeof(data); size++)
			cr_assert_eq(crc32c(7, data + begin, size),
				     crc32c_portable(7, data + begin, size));
	}
}

Test(crc32c, goes_on_where_it_ended)
{
	cr_assert_eq(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283);
}
