/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "output.h"
#include "page_check.h"
#include "say.h"
#include "traces.h"

static int write_reports(const struct options *options, const struct reports *reports)
{
	int r = output_write(stdout, options, reports->items, reports->count);

	/* Who closed the pipe has read enough. */
	if (r < 0 && errno == EPIPE)
		return 0;
	if (r < 0)
		say(NULL, "cannot write the report: %s", strerror(-r));
	return r;
}

int cmd_report(const struct options *given)
{
	struct options options = *given;
	struct reports reports = {0};
	struct gate *gate = NULL;
	int r = page_check_stdout(&options);

	if (r == 0)
		r = gate_open(&options, POLICY_BASELINE_IF_THERE, &gate);
	if (r == 0)
		r = traces_judge(&options, 0, options.operand_count, gate, &reports);
	if (r == 0)
		r = write_reports(&options, &reports);
	reports_finish(&reports);
	gate_close(gate);
	return r < 0 ? EXIT_TOOL : EXIT_CLEAN;
}
