/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <run/fault.h>

Test(fault, a_fault_is_off_until_it_is_asked_for)
{
	cr_expect_not(fault_on(FAULT_CANDIDATE_REFS));
	cr_expect_eq(fault_set("candidate-refs"), 0);
	cr_expect(fault_on(FAULT_CANDIDATE_REFS));
}

Test(fault, an_unknown_name_sets_nothing)
{
	cr_expect_eq(fault_set("candidate-ref"), -ENOENT);
	cr_expect_eq(fault_set(""), -ENOENT);
	for (enum fault fault = 0; fault < FAULT_COUNT; fault++)
		cr_expect_not(fault_on(fault));
}

Test(fault, every_fault_has_a_name_of_its_own_and_says_what_it_does)
{
	for (enum fault fault = 0; fault < FAULT_COUNT; fault++) {
		cr_expect_neq(*fault_what(fault), '\0');
		cr_expect_eq(fault_set(fault_name(fault)), 0);
		cr_expect(fault_on(fault), "%s", fault_name(fault));
	}
}
