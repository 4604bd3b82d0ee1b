/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "output.h"
#include "say.h"
#include "traces.h"

int cmd_report(const struct options *options)
{
	struct reports reports;
	int r = traces_read(options, 0, options->operand_count, &reports);

	if (r == 0) {
		r = output_write(stdout, options, reports.items, reports.count);
		/* Who closed the pipe has read enough. */
		if (r < 0 && errno == EPIPE)
			r = 0;
		if (r < 0)
			say(NULL, "cannot write the report: %s", strerror(-r));
	}
	reports_finish(&reports);
	return r < 0 ? EXIT_TOOL : EXIT_CLEAN;
}
