/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../samples/dcstack/dtls/records.h"

#include <criterion/criterion.h>

/* Three records of 13, 33 and 313 bytes. */
static uint8_t data[13 + 33 + 313] = {
	[11] = 0, [12] = 0, [13 + 12] = 20, [46 + 11] = 1, [46 + 12] = 44};

Test(records, whole_ones_are_taken_as_long_as_they_fit)
{
	cr_expect_eq(records_fit(data, sizeof(data), 1200), sizeof(data));
	cr_expect_eq(records_fit(data, sizeof(data), sizeof(data)), sizeof(data));
	cr_expect_eq(records_fit(data, sizeof(data), sizeof(data) - 1), 46);
	cr_expect_eq(records_fit(data, sizeof(data), 45), 13);
	cr_expect_eq(records_fit(data, sizeof(data), 12), 0);
}

Test(records, one_that_is_cut_is_not_taken)
{
	cr_expect_eq(records_fit(data, sizeof(data) - 1, 1200), 46);
	cr_expect_eq(records_fit(data, 58, 1200), 46);
	cr_expect_eq(records_fit(data, 13, 1200), 13);
	cr_expect_eq(records_fit(data, 12, 1200), 0);
	cr_expect_eq(records_fit(data, 0, 1200), 0);
	cr_expect_eq(records_fit(data + 13 + 33, 312, 1200), 0);
}

Test(records, the_first_is_found_and_one_that_is_cut_is_all_there_is)
{
	cr_expect_eq(records_first(data, sizeof(data)), 13);
	cr_expect_eq(records_first(data + 13, sizeof(data) - 13), 33);
	cr_expect_eq(records_first(data + 46, sizeof(data) - 46), 313);
	cr_expect_eq(records_first(data + 46, 312), 312);
	cr_expect_eq(records_first(data, 12), 12);
	cr_expect_eq(records_first(data, 0), 0);
}

Test(records, an_encrypted_one_too_short_for_its_seal_is_known)
{
	uint8_t record[13 + 24] = {[4] = 1, [12] = 24};

	cr_expect_not(records_first_is_cut(record, sizeof(record), 24));
	cr_expect(records_first_is_cut(record, sizeof(record), 25));
	record[4] = 0;
	cr_expect_not(records_first_is_cut(record, sizeof(record), 25));
	record[3] = 1;
	cr_expect(records_first_is_cut(record, sizeof(record), 25));
	cr_expect_not(records_first_is_cut(record, sizeof(record) - 1, 25));
}
