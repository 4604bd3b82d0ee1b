/* SPDX-License-Identifier: Apache-2.0 */
#include <base/fnv.h>
#include <base/u64map.h>
#include <errno.h>
#include <inttypes.h>
#include <report/merge.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "merge_lists.h"

#define NAMES_MAX 4 /* recordings that a finding names */

/* A finding of the merged report while others are added to it. */
struct group {
	struct report_finding finding;
	size_t last;  /* recording that it was in */
	size_t shown; /* the one that the rest is of */
	size_t index; /* in the order of meeting */
};

struct merge {
	struct report *merged;
	struct report *const *reports;
	size_t count;
	struct group *groups;
	size_t group_count;
	struct u64map by_fingerprint; /* index into groups */
};

/* The most severe first. */
static size_t severity(const char *state)
{
	static const char *const states[] = {
/* clang-format off */
#define TRACK_FINDING_STATE(id, name, ...) name,
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
		/* clang-format on */
	};
	size_t at = 0;

	while (at < sizeof(states) / sizeof(*states) && strcmp(states[at], state) != 0)
		at++;
	return at;
}

static size_t shifted(size_t process, size_t before)
{
	return process == SIZE_MAX ? SIZE_MAX : process + before;
}

/* Processes of the recordings before it come first in the merged report. */
static int take_finding(struct merge *merge, const struct report_finding *from, size_t before,
			struct report_finding *ret_finding)
{
	struct report_evidence *evidence =
		arena_allocate(merge->merged->arena, from->evidence_count, sizeof(*evidence));

	if (!evidence)
		return -ENOMEM;
	for (size_t i = 0; i < from->evidence_count; i++) {
		evidence[i] = from->evidence[i];
		evidence[i].process = shifted(evidence[i].process, before);
	}
	*ret_finding = *from;
	ret_finding->evidence = evidence;
	ret_finding->process = shifted(from->process, before);
	return 0;
}

/* What fails in one recording fails; else what was said first stands. */
static void add_gate(struct report_gate *gate, const struct report_gate *other)
{
	if (other->fails && !gate->fails)
		*gate = *other;
}

static int add_name(struct merge *merge, struct report_finding *finding, const char *path)
{
	if (!path || finding->runs > NAMES_MAX)
		return 0;
	finding->runs_named = finding->runs_named ? arena_print(merge->merged->arena, "%s, %s",
								finding->runs_named, path)
						  : path;
	return finding->runs_named ? 0 : -ENOMEM;
}

/* The worse one tells; what is known of all of them is kept. */
static int add_finding(struct merge *merge, struct group *group, size_t recording,
		       const struct report_finding *from, size_t before)
{
	struct report_finding *finding = &group->finding;
	struct report_finding sum = *finding;
	int r = 0;

	if (severity(from->state) < severity(finding->state))
		r = take_finding(merge, from, before, finding);
	if (r < 0)
		return r;
	if (finding->message != sum.message)
		group->shown = recording;
	finding->count = sum.count + from->count;
	finding->slope = sum.slope > from->slope ? sum.slope : from->slope;
	finding->minor = sum.minor && from->minor;
	finding->runs = sum.runs;
	finding->runs_named = sum.runs_named;
	finding->gate = sum.gate;
	add_gate(&finding->gate, &from->gate);
	if (group->last == recording)
		return 0;
	group->last = recording;
	finding->runs++;
	return add_name(merge, finding, merge->reports[recording]->trace_path);
}

static int add_group(struct merge *merge, size_t recording, const struct report_finding *from,
		     size_t before)
{
	struct group *group = &merge->groups[merge->group_count];
	int r = take_finding(merge, from, before, &group->finding);

	if (r < 0)
		return r;
	group->last = group->shown = recording;
	group->index = merge->group_count++;
	group->finding.runs = 1;
	group->finding.runs_total = merge->count;
	group->finding.runs_named = NULL;
	return add_name(merge, &group->finding, merge->reports[recording]->trace_path);
}

/* Index of the group of that fingerprint; SIZE_MAX: there is none, and ret_key is free for one. */
static size_t find_group(const struct merge *merge, const char *fingerprint, uint64_t *ret_key)
{
	uint64_t key = fnv_text(FNV_START, fingerprint);
	const uint64_t *at = u64map_get(&merge->by_fingerprint, key);

	while (at && strcmp(merge->groups[*at].finding.fingerprint, fingerprint) != 0)
		at = u64map_get(&merge->by_fingerprint, ++key);
	*ret_key = key;
	return at ? (size_t)*at : SIZE_MAX;
}

static int add_findings(struct merge *merge, size_t recording, size_t before)
{
	const struct report *report = merge->reports[recording];
	int r = 0;

	for (size_t i = 0; r == 0 && i < report->finding_count; i++) {
		const struct report_finding *finding = &report->findings[i];
		uint64_t key;
		size_t at = find_group(merge, finding->fingerprint, &key);

		if (at != SIZE_MAX) {
			r = add_finding(merge, &merge->groups[at], recording, finding, before);
			continue;
		}
		r = u64map_put(&merge->by_fingerprint, key, merge->group_count);
		if (r == 0)
			r = add_group(merge, recording, finding, before);
	}
	return r;
}

static int by_severity(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	bool a_excused = report_is_excused(&a->finding), b_excused = report_is_excused(&b->finding);
	size_t a_severity = severity(a->finding.state), b_severity = severity(b->finding.state);

	if (a_excused != b_excused)
		return a_excused ? 1 : -1;
	if (a->finding.minor != b->finding.minor)
		return a->finding.minor ? 1 : -1;
	if (a_severity != b_severity)
		return a_severity < b_severity ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* The sentence is about one recording: how many have it stands behind. */
static int tell_runs(struct merge *merge, struct report_finding *finding)
{
	struct arena *arena = merge->merged->arena;

	finding->message =
		arena_print(arena, "%s; in %zu of %zu recordings, %" PRIu64 " in all",
			    finding->message, finding->runs, finding->runs_total, finding->count);
	if (finding->runs_named && finding->runs > NAMES_MAX) {
		finding->runs_named = arena_print(arena, "%s and %zu more", finding->runs_named,
						  finding->runs - NAMES_MAX);
		if (!finding->runs_named)
			return -ENOMEM;
	}
	return finding->message ? 0 : -ENOMEM;
}

static int take_groups(struct merge *merge, uint32_t top)
{
	struct report *merged = merge->merged;
	int r = 0;

	if (merge->group_count)
		qsort(merge->groups, merge->group_count, sizeof(*merge->groups), by_severity);
	merged->finding_count = top && merge->group_count > top ? (size_t)top : merge->group_count;
	merged->finding_total += merge->group_count;
	merged->findings =
		arena_allocate(merged->arena, merged->finding_count, sizeof(*merged->findings));
	if (!merged->findings)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < merged->finding_count; i++) {
		merged->findings[i] = merge->groups[i].finding;
		r = tell_runs(merge, &merged->findings[i]);
	}
	if (merged->finding_count)
		merged->trace_path = merge->reports[merge->groups[0].shown]->trace_path;
	return r;
}

static int merge_findings(struct merge *merge, uint32_t top)
{
	size_t most = 0, before = 0;
	int r = 0;

	for (size_t i = 0; i < merge->count; i++)
		most += merge->reports[i]->finding_count;
	merge->groups = arena_allocate(merge->merged->arena, most, sizeof(*merge->groups));
	if (!merge->groups)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < merge->count; i++) {
		r = add_findings(merge, i, before);
		before += merge->reports[i]->process_count;
	}
	u64map_finish(&merge->by_fingerprint);
	return r == 0 ? take_groups(merge, top) : r;
}

static void add_sums(struct report *merged, const struct report *report)
{
	merged->finished &= report->finished;
	merged->lost += report->lost;
	merged->duration_ns += report->duration_ns;
	merged->pid_count += report->pid_count;
	merged->mark_count += report->mark_count;
	merged->folded += report->folded;
	merged->finding_others += report->finding_others;
	merged->finding_ignored += report->finding_ignored;
	merged->finding_total += report->finding_total - report->finding_count;
}

/* What a gate said of all of them stands in the first. */
static void take_gate(struct report *merged, const struct report *first)
{
	merged->verdict = first->verdict;
	merged->verdict_code = first->verdict_code;
	merged->policy = first->policy;
	merged->policy_found = first->policy_found;
	merged->uses = first->uses;
	merged->use_count = first->use_count;
	merged->fixed = first->fixed;
	merged->fixed_count = first->fixed_count;
}

static int merge_into(struct report *merged, struct report *const *reports, size_t count,
		      uint32_t top)
{
	struct merge merge = {.merged = merged, .reports = reports, .count = count};
	int r = merge_lists(merged, reports, count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		add_sums(merged, reports[i]);
	take_gate(merged, reports[0]);
	return merge_findings(&merge, top);
}

int report_merge(struct report *const *reports, size_t count, uint32_t top,
		 struct report **ret_report)
{
	struct report *merged = calloc(1, sizeof(*merged));
	struct report **recordings;
	int r = merged ? arena_create(&merged->arena) : -ENOMEM;

	if (r < 0)
		goto out;
	merged->exit_status = -1;
	merged->finished = true;
	recordings = arena_allocate(merged->arena, count, sizeof(struct report *));
	r = recordings ? 0 : -ENOMEM;
	if (r == 0) {
		memcpy(recordings, reports, count * sizeof(*reports));
		merged->recordings = recordings;
		merged->recording_count = count;
		r = merge_into(merged, reports, count, top);
	}
	if (r == 0) {
		*ret_report = merged;
		return 0;
	}
out:
	report_destroy(merged);
	return r;
}

int report_whole_init(struct report_whole *whole, struct report *const *reports, size_t count)
{
	*whole = (struct report_whole){.recordings = reports, .recording_count = count};
	if (count > 1) {
		int r = report_merge(reports, count, 0, &whole->own);

		whole->report = whole->own;
		return r;
	}
	whole->report = reports[0];
	if (reports[0]->recording_count) {
		whole->recordings = reports[0]->recordings;
		whole->recording_count = reports[0]->recording_count;
	}
	return 0;
}

void report_whole_finish(struct report_whole *whole)
{
	report_destroy(whole->own);
}
