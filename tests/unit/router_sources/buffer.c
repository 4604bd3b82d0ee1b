/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

#include <criterion/criterion.h>
#include <run/library.h>

static struct buffer buffer;
static struct parcel *parcels[4];

static unsigned objects(void)
{
	struct library_counts counts;

	library_count(&counts);
	return counts.objects;
}

static bool put(unsigned which)
{
	cr_assert_eq(parcel_create(&(struct dc_parcel){.data = "x", .size = 1}, "buffer",
				   &parcels[which]),
		     0);
	return buffer_put(&buffer, parcels[which]);
}

static void finish(void)
{
	buffer_finish(&buffer);
	cr_expect_eq(objects(), 0);
	cr_expect_eq(library_cleanup(10000), 0);
}

Test(buffer, gives_out_in_order_and_keeps_until_a_reset)
{
	buffer_init(&buffer);
	cr_expect_null(buffer_next(&buffer));
	cr_expect(put(0));
	cr_expect_not(put(1));
	cr_expect_eq(buffer_next(&buffer), parcels[0]);
	cr_expect_eq(objects(), 2);
	buffer_reset(&buffer);
	cr_expect_eq(objects(), 1);
	cr_expect_eq(buffer_next(&buffer), parcels[1]);
	cr_expect_null(buffer_next(&buffer));
	buffer_reset(&buffer);
	cr_expect_eq(objects(), 0);
	finish();
}

Test(buffer, is_attended_until_there_is_no_more)
{
	buffer_init(&buffer);
	cr_expect(put(0));
	cr_expect_eq(buffer_next(&buffer), parcels[0]);
	cr_expect_not(put(1));
	cr_expect(buffer_has_more(&buffer));
	cr_expect_eq(buffer_next(&buffer), parcels[1]);
	cr_expect_not(buffer_has_more(&buffer));
	cr_expect(put(2));
	cr_expect_eq(buffer_next(&buffer), parcels[2]);
	buffer_reset(&buffer);
	cr_expect_not(put(3));
	finish();
}

Test(buffer, releases_at_its_end_what_was_not_reset)
{
	buffer_init(&buffer);
	put(0);
	put(1);
	buffer_next(&buffer);
	finish();
}
