/* SPDX-License-Identifier: Apache-2.0 */
/* What findings of these recordings mean to the lines of a baseline. */
#include <string.h>

#include "baseline.h"

uint64_t counts_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

void in_one_add(struct in_one *tally, size_t recording, uint64_t count)
{
	if (tally->recording != recording)
		*tally = (struct in_one){.recording = recording, .most = tally->most};
	tally->here = counts_add(tally->here, count);
	if (tally->here > tally->most)
		tally->most = tally->here;
}

static bool ran_in(const struct policy_recording *recording, const char *program)
{
	for (size_t i = 0; i < recording->program_count; i++)
		if (strcmp(recording->programs[i], program) == 0)
			return true;
	return false;
}

static bool is_of_line(const struct policy_recording *recording, const struct known *known)
{
	for (size_t i = 0; i < known->programs.count; i++)
		if (ran_in(recording, known->programs.items[i]))
			return true;
	return false;
}

static bool ran(const struct policy *policy, const char *program)
{
	for (size_t i = 0; i < policy->recording_count; i++)
		if (ran_in(&policy->recordings[i], program))
			return true;
	return false;
}

/* Where these recordings may not have all that is allowed, some that had it are missing. */
static bool all_ran(const struct policy *policy, const struct known *known)
{
	if (known->bound < known->allowed)
		return false;
	for (size_t i = 0; policy->recordings && i < known->programs.count; i++)
		if (!ran(policy, known->programs.items[i]))
			return false;
	return true;
}

/* A program may have got another name: then every recording may be one of it. */
uint64_t baseline_bound(const struct policy *policy, const struct known *known)
{
	uint64_t recordings = 0, bound;

	if (!policy->recordings || !known->in_one)
		return known->allowed;
	for (size_t i = 0; i < policy->recording_count; i++)
		recordings += is_of_line(&policy->recordings[i], known);
	if (!recordings)
		recordings = policy->recording_count;
	if (__builtin_mul_overflow(recordings, known->in_one, &bound))
		return known->allowed;
	return bound < known->allowed ? bound : known->allowed;
}

enum baseline_change baseline_change(const struct policy *policy, const struct known *known)
{
	bool grew = known->slope > 0;

	if (!all_ran(policy, known))
		return known->found ? BASELINE_KEPT : BASELINE_NOT_RUN;
	if (grew && policy->sessions < known->sessions)
		return BASELINE_KEPT;
	if (known->found == 0)
		return BASELINE_GONE;
	if (grew && known->found_slope > 0)
		return known->found_slope * SLOPE_MORE < known->slope ? BASELINE_LOWERED
								      : BASELINE_KEPT;
	return known->found < known->allowed ? BASELINE_LOWERED : BASELINE_KEPT;
}
