/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "gate_suppressions.h"
#include "gate_tell.h"
#include "say.h"
#include "traces.h"

/* Suppressions are to be put into a file: nothing else may stand on their stream. */
static int print(const struct options *options, const struct gate *gate)
{
	FILE *stream = options->gen_suppressions ? stderr : stdout;

	if (options->explain)
		gate_explain(stream, gate);
	if (options->gen_suppressions && gate_write_suppressions(stdout, gate) < 0) {
		say("a baseline has no such bound: rtctrack baseline write FILE TRACE...",
		    "there are too many findings for a file of suppressions");
		return EXIT_TOOL;
	}
	if (options->quiet)
		return gate_code(gate);
	gate_tell_lines(gate);
	gate_warn(gate);
	fprintf(stream, "%s\n", gate_line(gate));
	return gate_code(gate);
}

int cmd_check(const struct options *given)
{
	struct options options = *given;
	struct gate *gate = NULL;
	int code = EXIT_TOOL;

	if (gate_open(&options, POLICY_WITH_BASELINE, &gate) == 0 &&
	    traces_judge(&options, 0, options.operand_count, gate, NULL) == 0)
		code = print(&options, gate);
	gate_close(gate);
	return fflush(stdout) == 0 ? code : EXIT_TOOL;
}
