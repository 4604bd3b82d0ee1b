/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/versions.h>

#include <criterion/criterion.h>

Test(versions, all_ranges_must_hold)
{
	cr_expect(pack_versions_match(">=3.0", "3"));
	cr_expect(pack_versions_match(">=3.0 <4", "3.5.1"));
	cr_expect_not(pack_versions_match(">=3.0 <4", "4"));
	cr_expect_not(pack_versions_match(">=3.0 <4", "2.9.9"));
	cr_expect(pack_versions_match("==1.0.0", "1"));
	cr_expect_not(pack_versions_match(">1", "1.0"));
	cr_expect(pack_versions_match("<=1.2", "1.2.0"));
	cr_expect_not(pack_versions_match("<1.10", "1.10"));
	cr_expect(pack_versions_match("<1.10", "1.9"));
}

Test(versions, of_what_is_no_version_nothing_holds)
{
	cr_expect_not(pack_versions_match(">=0", ""));
	cr_expect_not(pack_versions_match(">=0", "1.x"));
	cr_expect_not(pack_versions_match(">=0", "1."));
	cr_expect_not(pack_versions_match(">=0", "1.2.3.4.5.6.7"));
	cr_expect_not(pack_versions_match(">=0", "99999999999"));
}

Test(versions, ranges_have_a_comparison_each)
{
	cr_expect(pack_versions_are_valid(" >=3.0  <4 "));
	cr_expect_not(pack_versions_are_valid(""));
	cr_expect_not(pack_versions_are_valid("3.0"));
	cr_expect_not(pack_versions_are_valid(">=3.0,<4"));
	cr_expect_not(pack_versions_are_valid(">= 3"));
	cr_expect_not(pack_versions_are_valid(">=3 4"));
}
