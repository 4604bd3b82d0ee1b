/* SPDX-License-Identifier: Apache-2.0 */
/* Where records were lost, and which findings rest on what may have been in them. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "analyze/analyze.h"
#include "rule.h"
#include "word.h"

/* What a process is known by, as bits of a map's value. */
enum { GAP_FDS_SEEN = 1, GAP_THREADS_SEEN = 2 };

static const char gaps_sql[] =
	"SELECT n.process_id, n.name, p.census_fds, p.census_threads FROM note n"
	" JOIN process p ON p.id = n.process_id WHERE n.weight = 'LOST' AND n.count > 0";

/*
 * What else is lost is not a part of what was recorded: whole processes, threads' births. What
 * the kernel told says which descriptors are open in the end; of the threads it is only counted
 * up, from events.
 */
static const struct {
	enum track_note note;
	uint64_t proves; /* of what the process is known by */
} losses[] = {
	{TRACK_NOTE_LOST_SPOOL_FULL, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_DISK_FULL, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_THREADS, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_HOLES, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_DAMAGED, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_SANDBOX, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_READ_BEFORE, GAP_FDS_SEEN | GAP_THREADS_SEEN},
	{TRACK_NOTE_LOST_EVENTS, GAP_FDS_SEEN},
	{TRACK_NOTE_LOST_TABLES, GAP_FDS_SEEN},
};

/* Of two losses the one that leaves less counts. */
static int note_loss(struct u64map *gaps, uint64_t process, const char *name, uint64_t seen)
{
	const uint64_t *before = u64map_get(gaps, process);

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (strcmp(word_note(losses[i].note)->name, name) == 0)
			return u64map_put(gaps, process,
					  seen & losses[i].proves & (before ? *before : seen));
	return 0;
}

static int load(struct trace *trace, struct u64map *gaps)
{
	struct trace_query *query;
	int more = trace_query(trace, gaps_sql, &query);

	if (more != 0)
		return more;
	while ((more = trace_query_step(query)) == 1) {
		const char *name = trace_query_text(query, 1);
		uint64_t seen = (trace_query_int(query, 2) != 0 ? GAP_FDS_SEEN : 0) |
				(trace_query_int(query, 3) != 0 ? GAP_THREADS_SEEN : 0);

		more = name == NULL
			       ? -ENOMEM
			       : note_loss(gaps, (uint64_t)trace_query_int(query, 0), name, seen);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}

/*
 * Descriptors and threads are asked for at the end, and what a broken call said of a descriptor the
 * kernel said. The release, the join or the birth of everything else may have been lost.
 */
static bool is_proven(const struct finding *finding, uint64_t seen)
{
	switch (word_kind_number(finding->kind)) {
	case TRACK_KIND_FD:
		return finding->state == STATE_BROKEN || (seen & GAP_FDS_SEEN) != 0;
	case TRACK_KIND_THREAD:
		return finding->ended == 0 && (seen & GAP_THREADS_SEEN) != 0;
	default:
		return false;
	}
}

/* In one process at least nothing is missing that could have said otherwise. */
static bool is_decided(const struct finding *finding, const struct u64map *gaps)
{
	uint64_t process, unused;
	size_t cursor = 0;

	while (u64map_next(&finding->processes, &cursor, &process, &unused)) {
		const uint64_t *seen = u64map_get(gaps, process);

		if (seen == NULL || is_proven(finding, *seen))
			return true;
	}
	return false;
}

int judge_gaps(struct judgement *judgement)
{
	struct u64map gaps = {0};
	int error = load(judgement->trace, &gaps);

	for (size_t i = 0; i < judgement->findings.count && error == 0; i++) {
		struct finding *finding = judgement->findings.items[i];

		if (!analyze_state_fails(state_name(finding->state), false) ||
		    is_decided(finding, &gaps))
			continue;
		finding->state = STATE_RECHECK;
		error = finding_say(finding, "%s; undecided, for records were lost",
				    finding->message);
	}
	u64map_finish(&gaps);
	return error;
}
