/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

int record_program(const struct options *options, record_follower follow)
{
	struct recording *recording = NULL;
	struct conclusion conclusion;
	int code = EXIT_TOOL;

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
