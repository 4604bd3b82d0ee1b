/* SPDX-License-Identifier: Apache-2.0 */
/* The rules: what each is given, what several share, and the judges of rules.def. */
#ifndef ANALYZE_RULE_H
#define ANALYZE_RULE_H

#include <store/trace.h>

#include "culprit.h"
#include "finding.h"
#include "growth.h"
#include "hang.h"
#include "leaks.h"

struct judgement {
	struct trace *trace;
	struct culprits culprits;
	struct leaks leaks;   /* as growth */
	struct growth growth; /* known before the first rule runs */
	struct growth
		repeats; /* what the leaks explain, where that grows: they happen again and again */
	struct u64map exhausted;  /* processes in which it happened: they need no forecast */
	struct hangs hangs;	  /* known before the leaks are */
	struct u64map hung_since; /* processes that did not end in order -> since when */
	struct findings findings;
	uint64_t lifelong; /* alive at the end by design, and so no finding */
	uint64_t earlier;  /* alive at the end, and there before the recording began */
};

/* The finding that a member belongs to, by the culprit of its telling stack; made if new. */
int judge_member(struct judgement *judgement, enum rule rule, enum state state,
		 const struct finding_member *member, struct finding **ret_finding);

/* The leaks that have this rule. First of all: what they prove is told by no other finding. */
int judge_outlived(struct judgement *judgement, enum rule rule);
/* Their sentences, once more members were added. */
int tell_outlived(struct judgement *judgement, enum rule rule);

/* The acts that have this rule. */
int judge_acts(struct judgement *judgement, enum rule rule);

/* Whether a close is told as one that hangs. */
bool hangs_explain(const struct hangs *hangs, int64_t scope_id);
/* Of each process that hangs, and did not end by itself, since when. -ENOMEM. */
int hangs_note(const struct hangs *hangs, struct u64map *since);
/* After all rules, and after gaps: what is left of a process that hung is nothing by itself. */
void judge_hung(struct judgement *judgement);

/* After all rules: what ended too late. */
int judge_late(struct judgement *judgement);

/* After that: what rests on a record that may have been lost is not decided. */
int judge_gaps(struct judgement *judgement);

/* After all rules: when what grows, or leaks again and again, will have used up a limit. */
int judge_forecast(struct judgement *judgement);
/* Whether its sentence takes up how often it happens, and what comes of it. */
static inline bool finding_tells_repeats(const struct finding *finding)
{
	return finding->state == STATE_LEAKED || finding->state == STATE_UNCLOSED;
}
/* After that: of a leak that happens again and again, how often, and what comes of it. */
int judge_repeats(struct judgement *judgement);

/*
 * Make the lives of a number easy to find, if there are acts of this name at
 * all: kept up during the recording, the index would cost more than the rows.
 */
int judge_index_subjects(struct judgement *judgement, const char *what);

/*
 * A judge adds the findings of one rule, with their messages. 0 or -errno. Declared
 * as the rows of rules.def name them: a row whose judge is not written does not link.
 */
/* clang-format off */
#define TRACK_RULE(id, name, text, judge, ...) int judge(struct judgement *judgement, enum rule rule);
#include <track/rules.def>
#undef TRACK_RULE
/* clang-format on */

#endif
