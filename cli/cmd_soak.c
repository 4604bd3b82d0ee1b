/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "child.h"
#include "record.h"
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

	gated.gate = true;
	return are_usable(&gated) ? record_program(&gated, follow) : EXIT_TOOL;
}
