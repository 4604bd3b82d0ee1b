/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "child.h"
#include "conclusion.h"
#include "options.h"
#include "recording.h"
#include "say.h"
#include "soak.h"

static int follow(struct recording *recording, struct conclusion *conclusion)
{
	struct soak soak;
	int exit_code, code, r;
	bool judged;

	r = soak_start(&conclusion->options, recording, &soak);
	if (r < 0) {
		say(NULL, "cannot count sessions: %s", strerror(-r));
		child_end(soak.view.child);
	}
	judged = recording_follow(recording, &exit_code) == 0;
	exit_code = soak_exit_code(&soak, exit_code);
	soak_finish(&soak);
	code = conclusion_draw(conclusion, judged ? recording_trace(recording) : NULL,
			       recording_trace_path(recording), exit_code);
	if (judged)
		soak_hint(&soak);
	return code;
}

static bool are_usable(const struct options *options)
{
	if (!options->operand_count)
		say("for example: rtctrack soak --sessions 50 -- ./program --its-option",
		    "soak what?");
	else if (options->each && options->count_scope)
		say("give one of them", "--each and --count-scope both say what a session is");
	else
		return true;
	return false;
}

int cmd_soak(const struct options *options)
{
	struct options gated = *options;
	struct recording *recording = NULL;
	struct conclusion conclusion;
	int code = EXIT_TOOL;

	gated.gate = true;
	if (!are_usable(&gated))
		return EXIT_TOOL;
	if (conclusion_prepare(&conclusion, &gated) == 0)
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
