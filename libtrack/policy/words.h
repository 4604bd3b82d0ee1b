/* SPDX-License-Identifier: Apache-2.0 */
/* The words of policies. Numbers are from 1, so that 0 is: not given. */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include <policy/policy.h>
#include <schema/words.h>
#include <stdbool.h>

extern const struct schema_words policy_words_rule, policy_words_state, policy_words_kind,
	policy_words_level, policy_words_suppressed;

/* What a line "leak:" is about: every rule of what is left alive. Its number in the last of these.
 */
#define POLICY_ALL_LEAKS 1u

/* 0 unknown, or NULL. */
uint32_t policy_words_number(const struct schema_words *words, const char *name);

/* Is the rule about what is left alive? By its number in rule. */
bool policy_rule_is_leak(uint32_t rule);

/* How grave a state is if nobody says anything. By its name: what is unknown fails. */
enum policy_level policy_state_level(const char *state);

#endif
