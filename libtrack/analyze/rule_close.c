/* SPDX-License-Identifier: Apache-2.0 */
/* A close of what was closed, or of what somebody else owned by then. */
#include <base/fnv.h>
#include <errno.h>
#include <string.h>

#include "rule.h"

/*
 * r: the life whose close failed; b: the life of the same number before it.
 * Sweeps have another name; a child between fork and exec closes what it may not have.
 */
static const char closes_sql[] =
	"SELECT a.id, a.process_id, a.kind, r.class, a.stack_id, r.id, r.birth_stack, "
	"r.death_stack, b.id, b.birth_stack, b.death_stack, a.tid, r.birth_tid, r.death_tid, "
	"b.birth_tid, b.death_tid, a.time_ns, m.count "
	"FROM act a LEFT JOIN act_more m ON m.act_id = a.id JOIN resource r ON r.id = "
	"a.resource_id JOIN process p ON p.id = a.process_id "
	"LEFT JOIN resource b ON b.process_id = r.process_id AND b.subject = r.subject "
	"AND b.generation = r.generation - 1 AND b.kind = r.kind AND b.ending = 'closed' "
	"AND b.inherited = 0 AND r.ending = 'closed' "
	"WHERE a.what = 'bad-close' AND r.ending IN ('closed', 'unseen') AND r.inherited = 0 "
	"AND NOT (p.end = 'exec' AND p.origin = 'fork') ORDER BY a.time_ns, a.id";

static const char sites_sql[] =
	"SELECT birth_stack, death_stack FROM resource WHERE process_id = ?1 AND kind = ?2 "
	"AND ending = 'closed' AND id NOT IN (SELECT resource_id FROM act WHERE what = 'bad-close' "
	"AND resource_id IS NOT NULL) GROUP BY birth_stack, death_stack";

/* The stacks of one failed close, and those of the life before it. */
struct bad_close {
	int64_t process_id;
	const char *kind, *class_name;
	int64_t act, life, before; /* rows */
	int64_t failed, birth, death, before_birth, before_death;
	bool threads_apart; /* the owner's thread, and another that did all the rest */
};

/* The same as sites: equal in their first frames of the project. */
struct sites {
	uint64_t failed, birth, death, before_birth, before_death;
};

/* What the close that ended the life was. */
enum verdict {
	VERDICT_OWN,   /* as far as is known the right one: the failed one came second */
	VERDICT_MAYBE, /* its place had closed the life before, and nothing else */
	VERDICT_STALE, /* a second one of the life before */
};

struct closes {
	struct judgement *judgement;
	struct trace_query *query;
	struct u64map known; /* hash of process and sites -> enum verdict */
	struct u64map told;  /* hash of finding and life */
};

static struct bad_close read_close(struct trace_query *row)
{
	int64_t owner = trace_query_int(row, 12), other = trace_query_int(row, 13);

	return (struct bad_close){
		.act = trace_query_int(row, 0),
		.process_id = trace_query_int(row, 1),
		.kind = trace_query_text(row, 2),
		.class_name = trace_query_text(row, 3),
		.failed = trace_query_int(row, 4),
		.life = trace_query_int(row, 5),
		.birth = trace_query_int(row, 6),
		.death = trace_query_int(row, 7),
		.before = trace_query_int(row, 8),
		.before_birth = trace_query_int(row, 9),
		.before_death = trace_query_int(row, 10),
		.threads_apart = owner != other && owner == trace_query_int(row, 11) &&
				 other == trace_query_int(row, 14) &&
				 other == trace_query_int(row, 15),
	};
}

static int get_site(struct judgement *judgement, int64_t stack, uint64_t *ret_site)
{
	const struct culprit *culprit;
	int error = culprits_get(&judgement->culprits, stack, &culprit);

	if (error == 0)
		*ret_site = culprit->frames_hash;
	return error;
}

static int get_sites(struct judgement *judgement, const struct bad_close *close,
		     struct sites *ret_sites)
{
	int error = get_site(judgement, close->failed, &ret_sites->failed);

	if (error == 0)
		error = get_site(judgement, close->birth, &ret_sites->birth);
	if (error == 0)
		error = get_site(judgement, close->death, &ret_sites->death);
	if (error == 0)
		error = get_site(judgement, close->before_birth, &ret_sites->before_birth);
	if (error == 0)
		error = get_site(judgement, close->before_death, &ret_sites->before_death);
	return error;
}

/*
 * What else was closed in the process, and in order, tells whose the closing sites are. A
 * place that also closes others of the owner's, or others than its own, is a
 * common one, and which of the two closes was wrong cannot be known. The other
 * site is the owner's if it closes others of his, or if nothing but the one
 * close was done by another thread than his.
 */
static int ask_others(struct closes *closes, const struct bad_close *close,
		      const struct sites *sites, enum verdict *ret_verdict)
{
	enum verdict verdict = close->threads_apart ? VERDICT_STALE : VERDICT_MAYBE;
	int more;

	trace_query_bind_int(closes->query, 1, close->process_id);
	trace_query_bind_text(closes->query, 2, close->kind);
	while ((more = trace_query_step(closes->query)) == 1) {
		uint64_t birth, death;

		more = get_site(closes->judgement, trace_query_int(closes->query, 0), &birth);
		if (more == 0)
			more = get_site(closes->judgement, trace_query_int(closes->query, 1),
					&death);
		if (more != 0)
			break;
		if (death == sites->death && birth != sites->before_birth) {
			verdict = VERDICT_OWN;
			break;
		}
		if (birth == sites->birth && death == sites->failed)
			verdict = VERDICT_STALE;
	}
	trace_query_reset(closes->query);
	*ret_verdict = verdict;
	return more < 0 ? more : 0;
}

static int judge_first(struct closes *closes, const struct bad_close *close,
		       enum verdict *ret_verdict)
{
	struct sites sites = {0};
	const uint64_t *known;
	uint64_t key;
	int error;

	*ret_verdict = VERDICT_OWN;
	if (close->before == 0 || close->failed == 0 || close->birth == 0 || close->death == 0 ||
	    close->before_birth == 0 || close->before_death == 0)
		return 0;
	error = get_sites(closes->judgement, close, &sites);
	if (error != 0 || sites.death != sites.before_death || sites.birth == sites.before_birth ||
	    sites.failed == sites.death)
		return error;
	key = fnv_bytes(FNV_START, &sites, sizeof(sites));
	key = fnv_bytes(key, &close->process_id, sizeof(close->process_id));
	key = fnv_bytes(key, &close->threads_apart, sizeof(close->threads_apart));
	known = u64map_get(&closes->known, key);
	if (known != NULL) {
		*ret_verdict = (enum verdict) * known;
		return 0;
	}
	error = ask_others(closes, close, &sites, ret_verdict);
	return error != 0 ? error : u64map_put(&closes->known, key, *ret_verdict);
}

/* In the order in which it happened. */
static int add_evidence(struct finding *finding, const struct bad_close *close,
			enum verdict verdict)
{
	bool stale = verdict == VERDICT_STALE;
	const struct {
		bool wanted;
		struct finding_evidence evidence;
	} steps[] = {
		{stale, {close->before, 0, close->before_birth, "created at"}},
		{stale, {close->before, 0, close->before_death, "closed first at"}},
		{stale, {close->life, 0, close->birth, "the number's next owner was opened at"}},
		{stale, {close->life, 0, close->death, "closed again at"}},
		{stale,
		 {close->life, close->act, close->failed, "the owner's own close failed at"}},
		{!stale, {close->life, 0, close->birth, "created at"}},
		{!stale, {close->life, 0, close->death, "closed first at"}},
		{verdict == VERDICT_MAYBE,
		 {close->before, 0, close->before_birth,
		  "the same place had closed the number's owner before, opened at"}},
		{!stale, {close->life, close->act, close->failed, "closed again at"}},
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && error == 0; i++)
		if (steps[i].wanted)
			error = finding_add_evidence(finding, &steps[i].evidence);
	return error;
}

/* One may be closed again and again. */
static int count_close(struct closes *closes, struct finding *finding, int64_t life)
{
	uint64_t key = fnv_bytes(finding->fingerprint, &life, sizeof(life));

	if (u64map_get(&closes->told, key) != NULL)
		return 0;
	finding->lives++;
	return u64map_put(&closes->told, key, 1);
}

static int add_member(struct closes *closes, struct trace_query *row)
{
	struct judgement *judgement = closes->judgement;
	struct bad_close close = read_close(row);
	struct finding_member member = {
		.kind = close.kind,
		.class_name = close.class_name,
		.process_id = close.process_id,
	};
	struct finding *finding;
	enum verdict verdict;
	uint64_t count;
	int error = close.kind == NULL || close.class_name == NULL ? -ENOMEM : 0;

	if (error == 0)
		error = judge_first(closes, &close, &verdict);
	if (error != 0)
		return error;
	member.stack_id = verdict == VERDICT_STALE ? close.death : close.failed;
	error = judge_member(judgement, RULE_DOUBLE_CLOSE, STATE_BROKEN, &member, &finding);
	if (error != 0)
		return error;
	finding_happened(finding, (uint64_t)trace_query_int(row, 16));
	error = count_close(closes, finding, close.life);
	count = 1 + (uint64_t)trace_query_int(row, 17);
	finding->count += count;
	finding->stale += verdict == VERDICT_STALE ? count : 0;
	return error != 0 ? error : add_evidence(finding, &close, verdict);
}

static int say(struct finding *finding)
{
	unsigned long long again = finding->count - finding->stale, stale = finding->stale;
	char one[FINDING_NOUN_BYTES], noun[FINDING_NOUN_BYTES];

	finding_noun(finding, false, one);
	finding_noun(finding, again != 1, noun);
	if (again == 0 && stale == 1)
		return finding_say(finding, "closed a number that belonged to another %s by then",
				   one);
	if (again == 0)
		return finding_say(finding,
				   "%llu times closed a number that belonged to another %s by then",
				   stale, one);
	if (stale == 0 && finding->lives < again) {
		finding_noun(finding, finding->lives != 1, noun);
		return finding_say(finding,
				   "%llu closes here of %llu %s that had been closed before", again,
				   (unsigned long long)finding->lives, noun);
	}
	if (stale == 0)
		return finding_say(finding, "%llu %s closed here had been closed before", again,
				   noun);
	return finding_say(finding,
			   "%llu %s closed here had been closed before, and %llu numbers belonged "
			   "to another %s by then",
			   again, noun, stale, one);
}

static int collect(struct closes *closes)
{
	struct trace_query *query;
	int more = trace_query(closes->judgement->trace, closes_sql, &query);

	if (more != 0)
		return more;
	while ((more = trace_query_step(query)) == 1) {
		more = add_member(closes, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}

int rule_double_close(struct judgement *judgement, enum rule rule)
{
	struct closes closes = {.judgement = judgement};
	int error = judge_index_subjects(judgement, "bad-close");

	if (error == 0)
		error = trace_query(judgement->trace, sites_sql, &closes.query);
	if (error == 0)
		error = collect(&closes);
	trace_query_destroy(closes.query);
	u64map_finish(&closes.known);
	u64map_finish(&closes.told);
	for (size_t i = 0; i < judgement->findings.count && error == 0; i++)
		if (judgement->findings.items[i]->rule == rule)
			error = say(judgement->findings.items[i]);
	return error;
}
