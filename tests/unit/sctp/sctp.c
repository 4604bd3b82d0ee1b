/* SPDX-License-Identifier: Apache-2.0 */
#include "pair.inc.c"

Test(sctp, two_sides_that_both_connect_become_connected)
{
	struct pair *pair = pair_create(2);

	pair_connect(pair);
	cr_assert_eq(pair->sides[0].states_told, 1);
	cr_assert_eq(pair->sides[1].states_told, 1);
	pair_destroy(pair);
}

Test(sctp, one_executor_can_hold_both)
{
	struct pair *pair = pair_create(1);

	cr_assert_eq(pair->sides[0].executor, pair->sides[1].executor);
	pair_connect(pair);
	pair_destroy(pair);
}
