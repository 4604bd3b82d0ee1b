/* SPDX-License-Identifier: Apache-2.0 */
#include "conclusion.h"
#include "options.h"
#include "recording.h"
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
	struct recording *recording = NULL;
	struct conclusion conclusion;
	int code = EXIT_TOOL;

	if (!options->operand_count) {
		say("for example: rtctrack run -- ./program --its-option", "run what?");
		return EXIT_TOOL;
	}
	if (conclusion_prepare(&conclusion, options) == 0)
		code = recording_prepare(&conclusion.options, &recording);
	if (code == EXIT_CLEAN && conclusion_open(&conclusion) < 0)
		code = EXIT_TOOL;
	if (code == EXIT_CLEAN)
		code = recording_start(recording);
	if (code == EXIT_CLEAN)
		code = follow(recording, &conclusion);
	recording_destroy(recording);
	conclusion_close(&conclusion);
	return code;
}
