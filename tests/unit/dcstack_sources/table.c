/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sctp/sctp.h>

static struct table table;

/* Pointers that are never followed. */
static struct dc_channel *channel(unsigned number)
{
	return (struct dc_channel *)(uintptr_t)(number + 1);
}

static void finish(void)
{
	table_finish(&table);
}

TestSuite(table, .fini = finish);

Test(table, an_empty_one_has_no_channel)
{
	cr_expect_null(table_find(&table, 0));
	table_release(&table, 0);
}

Test(table, what_is_claimed_is_found)
{
	cr_expect_eq(table_claim(&table, 7, channel(7)), 0);
	cr_expect_eq(table_find(&table, 7), channel(7));
	cr_expect_null(table_find(&table, 6));
	cr_expect_null(table_find(&table, SCTP_STREAMS_MAX));
}

Test(table, a_stream_is_claimed_once)
{
	cr_expect_eq(table_claim(&table, 7, channel(7)), 0);
	cr_expect_eq(table_claim(&table, 7, channel(8)), -EBUSY);
	cr_expect_eq(table_find(&table, 7), channel(7));
	table_release(&table, 7);
	cr_expect_eq(table_claim(&table, 7, channel(8)), 0);
}

Test(table, there_are_no_more_streams_than_sctp_has)
{
	cr_expect_eq(table_claim(&table, SCTP_STREAMS_MAX - 1, channel(0)), 0);
	cr_expect_eq(table_claim(&table, SCTP_STREAMS_MAX, channel(0)), -EINVAL);
}

Test(table, a_free_one_is_of_the_parity_asked_for)
{
	uint16_t stream;

	for (unsigned i = 0; i < 10; i++) {
		cr_expect_eq(table_claim_free(&table, 1, channel(i), &stream), 0);
		cr_expect_eq(stream, 2 * i + 1);
	}
	cr_expect_eq(table_claim_free(&table, 0, channel(0), &stream), 0);
	cr_expect_eq(stream % 2, 0);
}

Test(table, one_that_was_given_back_is_taken_last)
{
	uint16_t stream;

	cr_expect_eq(table_claim_free(&table, 0, channel(0), &stream), 0);
	cr_expect_eq(stream, 0);
	table_release(&table, 0);
	for (unsigned i = 1; i < SCTP_STREAMS_MAX / 2; i++) {
		cr_expect_eq(table_claim_free(&table, 0, channel(i), &stream), 0);
		cr_expect_eq(stream, 2 * i);
	}
	cr_expect_eq(table_claim_free(&table, 0, channel(0), &stream), 0);
	cr_expect_eq(stream, 0);
}

Test(table, an_abandoned_one_is_not_claimed_again)
{
	uint16_t stream;

	cr_expect_eq(table_claim(&table, 1, channel(7)), 0);
	table_abandon(&table, 1);
	cr_expect_null(table_find(&table, 1));
	cr_expect_eq(table_claim(&table, 1, channel(8)), -EBUSY);
	cr_expect_eq(table_claim_free(&table, 1, channel(8), &stream), 0);
	cr_expect_eq(stream, 3);
}

Test(table, of_a_parity_there_are_half_of_the_streams)
{
	uint16_t stream;

	for (unsigned i = 0; i < SCTP_STREAMS_MAX / 2; i++)
		cr_expect_eq(table_claim_free(&table, 1, channel(i), &stream), 0);
	cr_expect_eq(table_claim_free(&table, 1, channel(0), &stream), -ENOSPC);
	cr_expect_eq(table_claim_free(&table, 0, channel(0), &stream), 0);
}
