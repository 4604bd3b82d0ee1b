/* SPDX-License-Identifier: Apache-2.0 */
#include "level.h"

enum report_level level_of(const struct report_finding *finding)
{
	if (finding->gate.judged)
		return finding->gate.level;
	switch (finding->fails) {
	case REPORT_FAILS_NEVER:
		return REPORT_LEVEL_NOTE;
	case REPORT_FAILS_STRICT:
		return REPORT_LEVEL_WARNING;
	case REPORT_FAILS_ALWAYS:
		return REPORT_LEVEL_ERROR;
	}
	return REPORT_LEVEL_NOTE;
}

bool level_warns(const struct report_finding *finding)
{
	return !report_fails(finding) && !report_is_excused(finding) &&
	       level_of(finding) >= REPORT_LEVEL_WARNING;
}
