/* SPDX-License-Identifier: Apache-2.0 */
#include "ending.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "command.h"

int endings_add(struct endings *endings, struct trace *trace)
{
	int r = report_ending_read(trace, &endings->last);

	if (r < 0)
		return r;
	endings->recordings++;
	endings->cut += report_ending_cuts(&endings->last);
	return 0;
}

void endings_say(const struct endings *endings, bool failed, char ret_text[REPORT_ENDING_BYTES])
{
	ret_text[0] = '\0';
	if (endings->recordings == 1)
		report_ending_say(&endings->last, failed, ret_text);
	else if (endings->cut)
		snprintf(ret_text, REPORT_ENDING_BYTES,
			 "%" PRIu64 " of %" PRIu64 " programs did not end by %s: only what %s did "
			 "until then is judged",
			 endings->cut, endings->recordings,
			 endings->cut == 1 ? "itself" : "themselves",
			 endings->cut == 1 ? "it" : "they");
}

bool ending_is_orderly(int exit_code)
{
	return exit_code == EXIT_CLEAN || exit_code == EXIT_SIGNALLED + SIGTERM;
}
