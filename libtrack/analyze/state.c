/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <string.h>

#include "analyze/analyze.h"

static const struct {
	const char *name;
	bool fails;	   /* a gate */
	bool fails_strict; /* a gate with --strict */
} states[] = {
/* clang-format off */
#define STATE(id, name, fails, fails_strict) {name, fails, fails_strict},
#include "states.def"
#undef STATE
	/* clang-format on */
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
