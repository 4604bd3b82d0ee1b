/* SPDX-License-Identifier: Apache-2.0 */
#include <base/sentence.h>
#include <inttypes.h>
#include <report/report.h>

bool report_is_excused(const struct report_finding *finding)
{
	enum report_excuse excuse = finding->gate.excuse;

	return finding->gate.judged && !finding->gate.fails && excuse != REPORT_NOT_EXCUSED &&
	       excuse != REPORT_SEVERITY;
}

bool report_fails(const struct report_finding *finding)
{
	return finding->gate.judged ? finding->gate.fails : finding->fails == REPORT_FAILS_ALWAYS;
}

static const char *level_words(enum report_level level)
{
	switch (level) {
	case REPORT_LEVEL_IGNORE:
		return "ignored";
	case REPORT_LEVEL_NOTE:
		return "a note";
	case REPORT_LEVEL_WARNING:
		return "a warning";
	case REPORT_LEVEL_ERROR:
		return "an error";
	}
	return "";
}

static const char *excuse_words(const struct report_gate *gate)
{
	switch (gate->excuse) {
	case REPORT_NOT_EXCUSED:
		return "";
	case REPORT_PROCESS_LIFETIME:
		return "lasts as long as the process,";
	case REPORT_SUPPRESSED:
		return "suppressed";
	case REPORT_BASELINE:
		return "known";
	case REPORT_BUDGET:
		return "allowed";
	case REPORT_SEVERITY:
		return level_words(gate->level);
	}
	return "";
}

const char *report_gate_says(const struct report_finding *finding, char *ret_text, size_t capacity)
{
	const struct report_gate *gate = &finding->gate;
	struct sentence sentence = sentence_start(ret_text, capacity);
	bool unknown = gate->fails && gate->novelty == REPORT_NEW;

	if (unknown)
		sentence_add(&sentence, "new: the baseline does not know it");
	if (!gate->judged || !gate->place)
		return ret_text;
	if (unknown)
		sentence_add(&sentence, "; ");
	if (gate->found)
		sentence_add(&sentence, "%" PRIu64 ", and %" PRIu64 " %s allowed (%s)", gate->found,
			     gate->allowed, gate->allowed == 1 ? "is" : "are", gate->place);
	else
		sentence_add(&sentence, "%s by %s", excuse_words(gate), gate->place);
	if (gate->reason && gate->reason[0])
		sentence_add(&sentence, ": %s", gate->reason);
	return ret_text;
}
