/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <base/sentence.h>
#include <base/text.h>
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "road.h"

int verdict_add(struct verdict *verdict, struct trace *trace)
{
	const char *undecided = trace_meta(trace, "no_verdict");
	uint64_t lost = 0;
	bool finished = false;
	int r = road_evidence(trace, &lost, &finished);

	if (r < 0)
		return r;
	verdict->lost += lost;
	verdict->unfinished |= !finished;
	if (!verdict->undecided[0] && undecided)
		snprintf(verdict->undecided, sizeof(verdict->undecided), "%s", undecided);
	return endings_add(&verdict->endings, trace);
}

void verdict_excuse(struct verdict *verdict, const char *by)
{
	verdict->excused++;
	for (size_t i = 0; i < VERDICT_EXCUSES_MAX; i++) {
		struct verdict_excuse *excuse = &verdict->excuses[i];

		if (excuse->by && strcmp(excuse->by, by) != 0)
			continue;
		excuse->by = by;
		excuse->count++;
		return;
	}
}

bool verdict_is_complete(const struct verdict *verdict)
{
	return !verdict->missing && !verdict->unfinished && !verdict->lost &&
	       !verdict->undecided[0];
}

/* "2 by leaks.supp, 1 by the baseline" */
static void add_excuses(const struct verdict *verdict, struct sentence *sentence)
{
	uint64_t rest = verdict->excused;

	for (size_t i = 0; i < VERDICT_EXCUSES_MAX && verdict->excuses[i].by; i++) {
		sentence_add(sentence, "%s%" PRIu64 " by %s", i ? ", " : "",
			     verdict->excuses[i].count, verdict->excuses[i].by);
		rest -= verdict->excuses[i].count;
	}
	if (rest)
		sentence_add(sentence, ", %" PRIu64 " by others", rest);
}

static void add_fixed(const struct verdict *verdict, struct sentence *sentence)
{
	if (verdict->fixed && verdict_is_complete(verdict))
		sentence_add(sentence, "; %" PRIu64 " of what the baseline knows %s fixed",
			     verdict->fixed, verdict->fixed == 1 ? "is" : "are");
}

/* What was not judged, since nobody saw it. */
static void add_unseen(const struct verdict *verdict, struct sentence *sentence)
{
	char text[REPORT_ENDING_BYTES];

	endings_say(&verdict->endings, verdict->failing > 0, text);
	if (text[0])
		sentence_add(sentence, "; %s", text);
}

static void say_failed(const struct verdict *verdict, struct sentence *sentence)
{
	sentence_add(sentence, "failed by %" PRIu64 " finding%s", verdict->failing,
		     text_plural(verdict->failing));
	if (!verdict->excused)
		return;
	sentence_add(sentence, " (%" PRIu64 " more %s excused: ", verdict->excused,
		     verdict->excused == 1 ? "is" : "are");
	add_excuses(verdict, sentence);
	sentence_add(sentence, ")");
}

/* Who reads "passed" is to know that this was not looked at to its end. */
static void add_rechecks(const struct verdict *verdict, struct sentence *sentence)
{
	if (verdict->rechecks)
		sentence_add(sentence,
			     "; %" PRIu64 " finding%s %s undecided: the program ended within the "
			     "grace time, and was %s",
			     verdict->rechecks, text_plural(verdict->rechecks),
			     verdict->rechecks == 1 ? "is" : "are",
			     verdict->held ? "held back for less than that" : "not held back");
}

static void say_passed(const struct verdict *verdict, struct sentence *sentence)
{
	sentence_add(sentence, "passed");
	if (verdict->excused) {
		sentence_add(sentence, "; %" PRIu64 " finding%s %s excused: ", verdict->excused,
			     text_plural(verdict->excused), verdict->excused == 1 ? "is" : "are");
		add_excuses(verdict, sentence);
	}
	add_rechecks(verdict, sentence);
	if (verdict->strict)
		sentence_add(sentence, "; %" PRIu64 " %swould fail it with --strict",
			     verdict->strict,
			     verdict->excused	    ? ""
			     : verdict->strict == 1 ? "finding "
						    : "findings ");
}

/* Why nothing can be told: what is missing would say more. */
static void say_no_verdict(const struct verdict *verdict, struct sentence *sentence)
{
	sentence_add(sentence, "no verdict: ");
	if (verdict->missing)
		sentence_add(sentence, "%" PRIu64 " of the files cannot be read as a recording",
			     verdict->missing);
	else if (verdict->unfinished)
		sentence_add(sentence, "the recording did not come to its end");
	else if (verdict->lost)
		sentence_add(sentence, "evidence is missing; the report's notes say what");
	else
		sentence_add(sentence, "%s", verdict->undecided);
}

/* Findings weigh more than gaps: those that rest on what may be missing fail no gate. */
int verdict_conclude(const struct verdict *verdict, char *ret_line, size_t capacity)
{
	struct sentence sentence = sentence_start(ret_line, capacity);
	int code = EXIT_CLEAN;

	if (verdict->failing) {
		say_failed(verdict, &sentence);
		code = EXIT_FINDINGS;
	} else if (!verdict_is_complete(verdict)) {
		say_no_verdict(verdict, &sentence);
		return EXIT_NO_VERDICT;
	} else if (verdict->unused) {
		sentence_add(&sentence,
			     "failed: %" PRIu64 " line%s of the suppressions matched nothing",
			     verdict->unused, text_plural(verdict->unused));
		code = EXIT_FINDINGS;
	} else {
		say_passed(verdict, &sentence);
	}
	add_fixed(verdict, &sentence);
	add_unseen(verdict, &sentence);
	return code;
}
