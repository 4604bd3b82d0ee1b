/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <string.h>

#include "analyze/analyze.h"

enum fails { FAILS_NEVER, FAILS_STRICT, FAILS_ALWAYS };

/* clang-format off */
static const struct {
	const char *name;
	enum fails fails;
} states[STATE__COUNT] = {
#define TRACK_FINDING_STATE(id, name_, fails_, text) \
	[STATE_##id] = { .name = name_, .fails = FAILS_##fails_ },
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
};
/* clang-format on */

const char *state_name(enum state state)
{
	return states[state].name;
}

int analyze_state_fails(const char *state, bool strict)
{
	for (int i = 0; i < STATE__COUNT; i++)
		if (strcmp(states[i].name, state) == 0)
			return states[i].fails >= (strict ? FAILS_STRICT : FAILS_ALWAYS);
	return 0;
}
