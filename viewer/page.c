/* SPDX-License-Identifier: Apache-2.0 */
#include <viewer/page.h>

extern const unsigned char viewer_page_end[];
extern const unsigned char viewer_page_policy_end[];

size_t viewer_page_size(void)
{
	return (size_t)(viewer_page_end - viewer_page);
}

size_t viewer_page_policy_size(void)
{
	return (size_t)(viewer_page_policy_end - viewer_page_policy);
}
