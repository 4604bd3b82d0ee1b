/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <track/wire.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum rule {
	RULE_NONE,
#define TRACK_RULE(id, name, text, judge, ...) RULE_##id,
#include <track/rules.def>
#undef TRACK_RULE
};

enum state {
	STATE_NONE,
#define TRACK_FINDING_STATE(id, name, fails, text) STATE_##id,
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
};

/* clang-format off */
static const struct schema_word rules[] = {
#define TRACK_RULE(id, name_, text, judge, ...) { name_, RULE_##id },
#include <track/rules.def>
#undef TRACK_RULE
};

static const struct schema_word suppressed[] = {
	{ "leak", POLICY_ALL_LEAKS },
#define TRACK_RULE(id, name_, text, judge, ...) { name_, POLICY_ALL_LEAKS + RULE_##id },
#include <track/rules.def>
#undef TRACK_RULE
};

static const struct schema_word states[] = {
#define TRACK_FINDING_STATE(id, name_, fails, text) { name_, STATE_##id },
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
};

static const struct schema_word kinds[] = {
#define TRACK_KIND(id, name_, ...) { #name_, TRACK_KIND_##id + 1 },
#include <track/kinds.def>
#undef TRACK_KIND
};

static const struct schema_word levels[] = {
	{ "error",   POLICY_ERROR + 1 },
	{ "warning", POLICY_WARNING + 1 },
	{ "note",    POLICY_NOTE + 1 },
	{ "ignore",  POLICY_IGNORE + 1 },
};

const struct schema_words policy_words_rule = { "rule", "rules", rules, COUNT(rules) };
const struct schema_words policy_words_state = { "state", "states", states, COUNT(states) };
const struct schema_words policy_words_kind = { "kind", "kinds", kinds, COUNT(kinds) };
const struct schema_words policy_words_level = { "level", "levels", levels, COUNT(levels) };
const struct schema_words policy_words_suppressed = {
	"kind", "kinds", suppressed, COUNT(suppressed)
};

#define OF_LEFT true
#define OF_ACT false
static const bool is_leak[] = {
	[RULE_NONE] = false,
#define TRACK_RULE(id, name, text, judge, of) [RULE_##id] = OF_##of,
#include <track/rules.def>
#undef TRACK_RULE
};

#define FAILS_ALWAYS POLICY_ERROR
#define FAILS_STRICT POLICY_WARNING
#define FAILS_NEVER POLICY_NOTE
static const enum policy_level state_levels[] = {
	[STATE_NONE] = POLICY_ERROR,
#define TRACK_FINDING_STATE(id, name, fails, text) [STATE_##id] = FAILS_##fails,
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
};
/* clang-format on */

uint32_t policy_words_number(const struct schema_words *words, const char *name)
{
	uint32_t number = 0;

	if (name)
		schema_words_find(words, name, &number);
	return number;
}

bool policy_rule_is_leak(uint32_t rule)
{
	return rule < COUNT(is_leak) && is_leak[rule];
}

enum policy_level policy_state_level(const char *state)
{
	return state_levels[policy_words_number(&policy_words_state, state)];
}
