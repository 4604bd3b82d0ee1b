/* SPDX-License-Identifier: Apache-2.0 */
#include "effect.h"

#include <account/account.h>
#include <run/late.h>
#include <run/library.h>
#include <stdatomic.h>
#include <stdio.h>

static const char *const texts[] = {
#define EFFECT(id, text) [EFFECT_##id] = text,
	EFFECTS(EFFECT)
#undef EFFECT
		[EFFECT_HANG] = "a hang",
	[EFFECT_CRASH] = "a crash",
	[EFFECT_NOTHING] = "nothing",
};

static atomic_ulong missed;

void effect_count_missed(void)
{
	atomic_fetch_add(&missed, 1);
}

void effect_describe(const struct effect *effect, char ret_text[EFFECT_TEXT_SIZE])
{
	static const char *const after[] = {
		[EFFECT_PER_SESSION] = " a session",
		[EFFECT_PER_RUN] = "",
		[EFFECT_AT_LEAST] = " or more",
	};

	if (effect->kind >= EFFECT_COUNTED)
		snprintf(ret_text, EFFECT_TEXT_SIZE, "%s", texts[effect->kind]);
	else
		snprintf(ret_text, EFFECT_TEXT_SIZE, "%lu %s%s", effect->amount,
			 texts[effect->kind], after[effect->per]);
}

void account_take(struct account *ret_account)
{
	struct library_counts counts;

	library_count(&counts);
	*ret_account = (struct account){{
		[EFFECT_FDS] = account_fds(),
		[EFFECT_THREADS] = account_threads(),
		[EFFECT_TASKS] = counts.tasks_pending,
		[EFFECT_TIMERS] = counts.timers_armed,
		[EFFECT_CALLBACKS] = counts.callbacks_unfired,
		[EFFECT_OBJECTS] = counts.objects,
		[EFFECT_LATE] = late_count(),
		[EFFECT_MISSED] = atomic_load(&missed),
	}};
}

bool effect_shows(const struct effect *effect, const struct account *before,
		  const struct account *after, unsigned long sessions)
{
	unsigned long more, expected = effect->amount;
	bool is_right;

	if (effect->kind >= EFFECT_COUNTED) {
		printf("%s was expected, and the program has come to its end\n",
		       texts[effect->kind]);
		return false;
	}
	if (effect->per == EFFECT_PER_SESSION)
		expected *= sessions;
	more = after->values[effect->kind] - before->values[effect->kind];
	is_right = effect->per == EFFECT_AT_LEAST ? (long)more >= (long)expected : more == expected;
	printf("%s: %lu before, %lu after %lu %s: ", texts[effect->kind],
	       before->values[effect->kind], after->values[effect->kind], sessions,
	       sessions == 1 ? "session" : "sessions");
	if (is_right)
		printf("%ld more, as it should\n", (long)more);
	else
		printf("%ld more, where it should leave %s%lu\n", (long)more,
		       effect->per == EFFECT_AT_LEAST ? "at least " : "", expected);
	return is_right;
}

bool effect_is_absent(const struct account *before, const struct account *after)
{
	bool is_absent = true;

	for (enum effect_kind kind = 0; kind < EFFECT_COUNTED; kind++) {
		if (before->values[kind] == after->values[kind])
			continue;
		is_absent = false;
		printf("%s: %lu before, %lu after; as many were expected\n", texts[kind],
		       before->values[kind], after->values[kind]);
	}
	if (is_absent)
		puts("everything is as it was before");
	return is_absent;
}
