/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <errno.h>
#include <report/diff.h>
#include <report/redact.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate_tell.h"
#include "output.h"
#include "say.h"
#include "traces.h"

#define SIDES 2
#define NAME_BYTES 512

enum { BEFORE, NOW };

/* A recording of the two, or several that an operand stands for. */
struct side {
	struct options options; /* completed by the policy; judged strictly: that counts all */
	bool strict;		/* as the user asks */
	struct gate *gate;	/* NULL: it is a baseline */
	struct reports reports;
	char name[NAME_BYTES];
};

struct comparison {
	struct side sides[SIDES];
	struct report_diff_item *items;
	size_t count;
	const char **excused; /* fingerprints that the policy excuses now */
	size_t excused_count;
	struct report_diff diff;
};

/* No recording, and no folder of them. */
static bool is_baseline(const char *path)
{
	struct sources sources = {0};
	int r = sources_add(&sources, path);

	sources_finish(&sources);
	return r == -EBADMSG;
}

/*
 * Findings are compared that fail a gate, or would but for a baseline, or with --strict: of those a
 * baseline knows only what failed when it was written.
 */
static bool is_compared(const struct side *side, const struct report_finding *finding)
{
	const struct report_gate *gate = &finding->gate;

	if (report_is_excused(finding) && gate->excuse != REPORT_BASELINE)
		return false;
	if (gate_files(side->gate)->baseline && gate->novelty == REPORT_NEW && !side->strict)
		return gate->level == REPORT_LEVEL_ERROR;
	return gate->level >= REPORT_LEVEL_WARNING;
}

static struct report_diff_item item_of(const struct side *side,
				       const struct report_finding *finding)
{
	return (struct report_diff_item){
		.fingerprint = finding->fingerprint,
		.rule = finding->rule,
		.class_name = finding->class_name,
		.state = finding->state,
		.message = finding->message,
		.function = finding->culprit_function,
		.file = finding->culprit_file,
		.line = finding->culprit_line,
		.only_strict = !side->strict && finding->gate.level < REPORT_LEVEL_ERROR,
		.worse = finding->gate.novelty == REPORT_MORE,
	};
}

static int append(struct comparison *comparison, struct report_diff_item item)
{
	struct report_diff_item *items =
		reallocarray(comparison->items, comparison->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	comparison->items = items;
	items[comparison->count++] = item;
	return 0;
}

static int excuse(struct comparison *comparison, const char *fingerprint)
{
	const char **excused =
		reallocarray(comparison->excused, comparison->excused_count + 1, sizeof(*excused));

	if (!excused)
		return -ENOMEM;
	comparison->excused = excused;
	excused[comparison->excused_count++] = fingerprint;
	comparison->diff.left_out++;
	return 0;
}

static bool is_excused_now(const struct comparison *comparison, const char *fingerprint)
{
	for (size_t i = 0; i < comparison->excused_count; i++)
		if (strcmp(comparison->excused[i], fingerprint) == 0)
			return true;
	return false;
}

static bool is_compared_now(const struct comparison *comparison, const char *fingerprint)
{
	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->items[i].now &&
		    strcmp(comparison->items[i].fingerprint, fingerprint) == 0)
			return true;
	return false;
}

static int add_now(struct comparison *comparison, const struct report_finding *finding)
{
	struct report_diff_item item = item_of(&comparison->sides[NOW], finding);

	item.now = finding->count;
	if (is_compared(&comparison->sides[NOW], finding))
		return append(comparison, item);
	return report_is_excused(finding) ? excuse(comparison, finding->fingerprint) : 0;
}

/* What was excused then and is no more is no new finding. */
static int add_before(struct comparison *comparison, const struct report_finding *finding)
{
	struct report_diff_item item = item_of(&comparison->sides[BEFORE], finding);
	bool stays =
		is_compared(&comparison->sides[BEFORE], finding) ||
		(report_is_excused(finding) && is_compared_now(comparison, finding->fingerprint));

	item.before = finding->count;
	if (is_excused_now(comparison, finding->fingerprint))
		return 0;
	if (stays)
		return append(comparison, item);
	comparison->diff.left_out += report_is_excused(finding);
	return 0;
}

/* The reports are judged, and may be redacted. */
static int add_findings(struct comparison *comparison, int which)
{
	const struct reports *reports = &comparison->sides[which].reports;
	int r = 0;

	for (size_t i = 0; i < reports->count; i++) {
		const struct report *report = reports->items[i];

		for (size_t j = 0; r == 0 && j < report->finding_count; j++)
			r = (which == NOW ? add_now : add_before)(comparison, &report->findings[j]);
		comparison->diff.left_out += which == NOW ? report->finding_ignored : 0;
	}
	return r;
}

/* Of a baseline, what a recording did not find, or fewer of it. */
static int add_fixed(struct comparison *comparison, struct policy *policy)
{
	size_t count;
	const struct policy_fixed *fixed = policy_fixed(policy, &count);
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = append(comparison,
			   (struct report_diff_item){
				   .fingerprint = fixed[i].fingerprint,
				   .rule = fixed[i].rule ? fixed[i].rule : "",
				   .class_name = fixed[i].class_name ? fixed[i].class_name : "",
				   .function = fixed[i].culprit,
				   .before = fixed[i].allowed,
			   });
	return r;
}

static bool is_given(const struct comparison *comparison, const char *fingerprint)
{
	for (size_t i = 0; i < comparison->count; i++)
		if (comparison->items[i].before &&
		    strcmp(comparison->items[i].fingerprint, fingerprint) == 0)
			return true;
	return false;
}

static uint64_t count_now(const struct comparison *comparison, const char *fingerprint)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < comparison->count; i++)
		if (strcmp(comparison->items[i].fingerprint, fingerprint) == 0)
			sum += comparison->items[i].now;
	return sum;
}

/* And what it did find: as many as the baseline allows. */
static int add_known(struct comparison *comparison)
{
	struct gate_findings findings = gate_findings(comparison->sides[NOW].gate);
	int r = 0;

	for (size_t i = 0; r == 0 && i < findings.count; i++) {
		const struct report_finding *finding = findings.marked[i];
		struct report_diff_item item = item_of(&comparison->sides[NOW], finding);
		bool more = finding->gate.novelty == REPORT_MORE;

		if ((finding->gate.novelty != REPORT_KNOWN && !more) ||
		    is_given(comparison, finding->fingerprint))
			continue;
		item.before =
			more ? finding->gate.allowed : count_now(comparison, finding->fingerprint);
		r = append(comparison, item);
	}
	return r;
}

/* Does all that there is of it now fail strictly alone? */
static bool is_only_strict(const struct comparison *comparison, const char *fingerprint)
{
	bool is_there = false;

	for (size_t i = 0; i < comparison->count; i++) {
		const struct report_diff_item *item = &comparison->items[i];

		if (!item->now || strcmp(item->fingerprint, fingerprint) != 0)
			continue;
		if (!item->only_strict)
			return false;
		is_there = true;
	}
	return is_there;
}

/* A line of a baseline is about all of its fingerprint. */
static void settle_strictness(struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->count; i++)
		comparison->items[i].only_strict =
			is_only_strict(comparison, comparison->items[i].fingerprint);
}

/* What is now goes first: it is what is known best. */
static int gather(struct comparison *comparison)
{
	struct side *now = &comparison->sides[NOW];
	int r = add_findings(comparison, NOW);

	if (r == 0 && comparison->sides[BEFORE].gate)
		return add_findings(comparison, BEFORE);
	if (r == 0)
		r = add_fixed(comparison, gate_files(now->gate)->policy);
	if (r == 0)
		r = add_known(comparison);
	if (r == 0)
		settle_strictness(comparison);
	return r;
}

static int set_baseline(struct gate *gate, const char *path)
{
	int r = policy_files_set_baseline(gate_files(gate), path);

	if (r < 0)
		say("give a trace (.db), a spool, a folder of them, or a baseline",
		    "'%s' is neither a recording nor a baseline", path);
	return r;
}

static int open_side(struct comparison *comparison, const struct options *options, int which,
		     const char *baseline)
{
	struct side *side = &comparison->sides[which];
	const char *path = options->operands[which];
	int r;

	side->options = *options;
	text_clean(path, strlen(path), side->name, sizeof(side->name));
	side->options.quiet |= which == NOW && !baseline; /* it was said */
	r = gate_open(&side->options, POLICY_WITHOUT_BASELINE, &side->gate);
	side->options.quiet = options->quiet;
	side->strict = side->options.strict;
	side->options.strict = true;
	if (r == 0 && baseline)
		r = set_baseline(side->gate, baseline);
	return r == 0 ? traces_judge(&side->options, (size_t)which, 1, side->gate, &side->reports)
		      : r;
}

static int open_sides(struct comparison *comparison, const struct options *options)
{
	const char *before = options->operands[BEFORE];
	int r;

	if (options->operand_count != SIDES) {
		say("for example: rtctrack diff main.db change.db",
		    "diff compares two: give an old recording, or a baseline, and a new one");
		return -EINVAL;
	}
	if (!is_baseline(before)) {
		r = open_side(comparison, options, BEFORE, NULL);
		return r == 0 ? open_side(comparison, options, NOW, NULL) : r;
	}
	text_clean(before, strlen(before), comparison->sides[BEFORE].name, NAME_BYTES);
	return open_side(comparison, options, NOW, before);
}

/* The last part of a path, which may end with slashes. */
static void cut_folders(char *name)
{
	size_t length = strlen(name);
	char *slash;

	while (length > 1 && name[length - 1] == '/')
		name[--length] = '\0';
	slash = strrchr(name, '/');
	if (slash && slash[1])
		memmove(name, slash + 1, strlen(slash));
}

static int redact(struct comparison *comparison)
{
	int r = 0;

	for (int i = 0; r == 0 && i < SIDES; i++) {
		struct side *side = &comparison->sides[i];

		r = report_redact(side->reports.items, side->reports.count);
		cut_folders(side->name);
	}
	return r;
}

static bool is_complete(const struct side *side)
{
	return !side->gate || verdict_is_complete(gate_verdict(side->gate));
}

/* The name of what a recording is of, up to a blank. */
static const char *program_of(const struct report *report)
{
	const char *name = report->command ? report->command : "";

	for (const char *at = name; *at && *at != ' '; at++)
		if (*at == '/')
			name = at + 1;
	return name;
}

static bool are_of_one_program(const struct report *one, const struct report *other)
{
	const char *name = program_of(one), *other_name = program_of(other);
	size_t length = strcspn(name, " ");

	return length == strcspn(other_name, " ") && strncmp(name, other_name, length) == 0;
}

/* Fingerprints have frames of the program in them: of two programs nearly all differ. */
static void warn_of_programs(const struct comparison *comparison)
{
	const struct reports *before = &comparison->sides[BEFORE].reports;
	const struct reports *now = &comparison->sides[NOW].reports;

	if (!before->count || !now->count)
		return;
	for (size_t i = 0; i < before->count; i++)
		for (size_t j = 0; j < now->count; j++)
			if (are_of_one_program(before->items[i], now->items[j]))
				return;
	say("give two recordings of one program",
	    "%s and %s are of different programs: little can be the same",
	    comparison->sides[BEFORE].name, comparison->sides[NOW].name);
}

static int compare(struct comparison *comparison, const struct options *options)
{
	const struct side *sides = comparison->sides;
	struct report_diff *diff = &comparison->diff;
	struct output_folders folders;
	struct report_style style = output_style(stdout, options, &folders);
	int r = options->redact ? redact(comparison) : 0;

	diff->before = sides[BEFORE].name;
	diff->now = sides[NOW].name;
	diff->before_complete = is_complete(&sides[BEFORE]);
	diff->now_complete = is_complete(&sides[NOW]);
	if (r == 0 && !options->quiet)
		warn_of_programs(comparison);
	if (r == 0 && !options->quiet)
		gate_tell_not_run(sides[NOW].gate);
	if (r == 0)
		r = gather(comparison);
	if (r == 0)
		r = report_diff_make(comparison->items, comparison->count, diff);
	if (r == 0)
		r = options->diff_format->write(stdout, diff, &style);
	if (fflush(stdout) == EOF && r == 0)
		r = -errno;
	if (r < 0)
		say(NULL, "cannot write the comparison: %s", strerror(-r));
	return r;
}

static int code_of(const struct report_diff *diff)
{
	if (report_diff_is_worse(diff))
		return EXIT_FINDINGS;
	return diff->now_complete ? EXIT_CLEAN : EXIT_NO_VERDICT;
}

int cmd_diff(const struct options *options)
{
	struct comparison comparison = {0};
	int r = open_sides(&comparison, options);

	if (r == 0)
		r = compare(&comparison, options);
	for (int i = 0; i < SIDES; i++) {
		reports_finish(&comparison.sides[i].reports);
		gate_close(comparison.sides[i].gate);
	}
	free(comparison.items);
	free(comparison.excused);
	return r < 0 ? EXIT_TOOL : code_of(&comparison.diff);
}
