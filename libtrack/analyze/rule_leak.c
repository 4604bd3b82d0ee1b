/* SPDX-License-Identifier: Apache-2.0 */
/* What is alive when its process is over: descriptors, and threads that nobody joined. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rule.h"
#include "word.h"

enum { WHERE_BYTES = 64 };

/*
 * A detached thread may run until the end, and one of a process that itself runs on as long as it
 * likes; an exec's end is no leak; standard streams, whoever redirected them, are meant to stay.
 */
static const char alive_sql[] =
	"SELECT r.id, r.process_id, r.class, r.birth_stack, r.ending IS 'done', r.earlier, "
	"p.end = 'running', instr(coalesce(r.traits, ''), '" WORD_TRAIT_PROCESS_LIFE "') "
	"FROM resource r JOIN process p ON p.id = r.process_id "
	"WHERE r.kind = ?1 AND (r.death_ns IS NULL OR r.ending = 'done') "
	"AND r.ending IS NOT 'detached' AND r.inherited = 0 AND p.end <> 'exec' "
	"AND NOT (r.kind = 'fd' AND r.subject <= 2) "
	"AND NOT (r.kind = 'thread' AND r.ending IS NULL AND r.earlier = 0 AND p.end = 'running') "
	/* What is known better comes first: the others join it, or are told by themselves. */
	"ORDER BY r.earlier, r.birth_ns, r.id";

static int add_member(struct judgement *judgement, enum rule rule, const char *kind,
		      struct trace_query *row)
{
	struct finding_member member = {
		.kind = kind,
		.class_name = trace_query_text(row, 2),
		.process_id = trace_query_int(row, 1),
		.stack_id = trace_query_int(row, 3),
	};
	enum state state = trace_query_int(row, 5) != 0 ? STATE_UNKNOWN_ORIGIN : STATE_AT_EXIT;
	struct finding_evidence evidence = {
		.resource_id = trace_query_int(row, 0),
		.stack_id = member.stack_id,
		.role = "created at",
	};
	const struct culprit *culprit;
	struct finding *finding;
	int error = culprits_get(&judgement->culprits, member.stack_id, &culprit);

	if (error == 0 && member.class_name == NULL)
		error = -ENOMEM;
	if (error != 0 || !leaks_is_plain(&judgement->leaks, evidence.resource_id))
		return error;
	if (growth_find(&judgement->growth, finding_group(kind, member.class_name, culprit)))
		return 0; /* told as growing */
	if (culprit->lifelong || trace_query_int(row, 7) != 0) {
		judgement->lifelong++;
		return 0;
	}
	judgement->earlier += state == STATE_UNKNOWN_ORIGIN;
	error = findings_get(&judgement->findings, rule, state, &member, culprit, &finding);
	if (error != 0 || finding->state != state)
		return error;
	finding->count++;
	finding->running += (uint64_t)trace_query_int(row, 6);
	finding->ended += (uint64_t)trace_query_int(row, 4);
	return finding_add_evidence(finding, &evidence);
}

static int collect(struct judgement *judgement, enum rule rule, const char *kind)
{
	struct trace_query *query;
	int more;
	int error = trace_query(judgement->trace, alive_sql, &query);

	if (error != 0)
		return error;
	trace_query_bind_text(query, 1, kind);
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(judgement, rule, kind, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}

/* Sixty in one process are another thing than one in each of sixty. */
static void where_all(const struct finding *finding, char *ret_where)
{
	size_t processes = finding->processes.count;

	ret_where[0] = '\0';
	if (processes > 1)
		snprintf(ret_where, WHERE_BYTES, ", in %zu processes", processes);
}

static int say_fd(struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES], where[WHERE_BYTES];

	finding_noun(finding, finding->count != 1, noun);
	where_all(finding, where);
	return finding_say(
		finding, "%llu %s opened here %s %s%s", (unsigned long long)finding->count, noun,
		finding->count == 1 ? "was" : "were",
		finding->running == finding->count ? "still open when the recording ended"
						   : "never closed",
		where);
}

static int say_thread(struct finding *finding)
{
	unsigned long long count = finding->count;
	unsigned long long ended = finding->ended;
	const char *noun = count == 1 ? "thread" : "threads";
	char where[WHERE_BYTES];

	where_all(finding, where);
	if (ended == 0)
		return finding_say(finding, "%llu %s started here %s still running at the end%s",
				   count, noun, count == 1 ? "was" : "were", where);
	if (ended == count)
		return finding_say(finding,
				   "%llu %s started here ended, never joined nor detached%s", count,
				   noun, where);
	return finding_say(finding,
			   "%llu threads started here: %llu ended, never joined nor detached, "
			   "%llu still running at the end%s",
			   count, ended, count - ended, where);
}

/* Nothing can be said against it: whoever made it may need it for ever. */
static int say_earlier(struct finding *finding)
{
	char noun[FINDING_NOUN_BYTES], where[WHERE_BYTES];

	finding_noun(finding, finding->count != 1, noun);
	where_all(finding, where);
	return finding_say(finding, "%llu %s that %s there before the recording began%s",
			   (unsigned long long)finding->count, noun,
			   finding->count == 1 ? "was" : "were", where);
}

static int say_alive(struct finding *finding, enum rule rule, int (*say)(struct finding *finding))
{
	if (finding->rule != rule)
		return 0;
	if (finding->state == STATE_UNKNOWN_ORIGIN)
		return say_earlier(finding);
	return finding->state == STATE_AT_EXIT ? say(finding) : 0;
}

static int judge_leak(struct judgement *judgement, enum rule rule, enum track_kind kind,
		      int (*say)(struct finding *finding))
{
	int error = judge_outlived(judgement, rule);

	if (error == 0)
		error = judge_growth(judgement, rule);
	if (error == 0)
		error = collect(judgement, rule, word_kind(kind));
	for (size_t i = 0; i < judgement->findings.count && error == 0; i++)
		error = say_alive(judgement->findings.items[i], rule, say);
	return error != 0 ? error : tell_outlived(judgement, rule);
}

int rule_fd_leak(struct judgement *judgement, enum rule rule)
{
	return judge_leak(judgement, rule, TRACK_KIND_FD, say_fd);
}

int rule_thread_leak(struct judgement *judgement, enum rule rule)
{
	return judge_leak(judgement, rule, TRACK_KIND_THREAD, say_thread);
}
