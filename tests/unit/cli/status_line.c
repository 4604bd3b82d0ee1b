/* SPDX-License-Identifier: Apache-2.0 */
#include "status_line.h"

#include <criterion/criterion.h>

Test(status_line, counts_are_written_in_words_that_fit_them)
{
	struct lifetimes_status status = {
		.events = 120345, .processes = 2, .open_sockets = 14, .open_fds = 31, .threads = 1};
	char text[256];

	status_line_format(12.34, &status, text, sizeof(text));
	cr_expect_str_eq(text, "rtctrack  12.3s  2 processes  14 sockets  31 fds  1 thread  "
			       "120k events  0 lost");
}
