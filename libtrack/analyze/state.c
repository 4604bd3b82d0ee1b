/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <string.h>

#include "analyze/analyze.h"

static const struct {
	const char *name;
	bool fails;	   /* a gate */
	bool fails_strict; /* a gate with --strict */
} states[STATE__COUNT] = {
	[STATE_BROKEN] = {"broken", true, true},    [STATE_LEAKED] = {"leaked", true, true},
	[STATE_GROWING] = {"growing", true, true},  [STATE_UNCLOSED] = {"unclosed", true, true},
	[STATE_SUSPECT] = {"suspect", false, true}, [STATE_RECHECK] = {"recheck", false, true},
	[STATE_AT_EXIT] = {"at-exit", false, true}, [STATE_LATE] = {"late", false, false},
};

const char *state_name(enum state state)
{
	return states[state].name;
}

int analyze_state_fails(const char *state, bool strict)
{
	for (int i = 0; i < STATE__COUNT; i++)
		if (strcmp(states[i].name, state) == 0)
			return strict ? states[i].fails_strict : states[i].fails;
	return 0;
}
