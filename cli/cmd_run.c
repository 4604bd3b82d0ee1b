/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"
#include "say.h"

static int follow(struct recording *recording, struct conclusion *conclusion)
{
	int exit_code;
	bool judged = recording_follow(recording, &exit_code) == 0;

	return conclusion_draw(conclusion, judged ? recording_trace(recording) : NULL,
			       recording_trace_path(recording), exit_code);
}

int cmd_run(const struct options *options)
{
	if (!options->operand_count) {
		say("for example: rtctrack run -- ./program --its-option", "run what?");
		return EXIT_TOOL;
	}
	return record_program(options, follow);
}
