/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that found no descriptor left, and who held them all; or when that will be. */
#include <base/fnv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "word.h"

enum {
	HOLDERS_SHOWN = 5,
	HOLDERS_SAID = 3,
	RECORDED_PER_THREAD = 16, /* the shim keeps quiet about further failures */
	TEXT_BYTES = 1024,
};

/* Of each process the first call that failed: SQLite takes the other columns from min's row. */
static const char refusals_sql[] =
	"SELECT a.process_id, p.fd_limit, min(a.time_ns), a.id, a.call, a.error, a.stack_id, "
	"count(*), count(DISTINCT a.call), "
	"(SELECT max(n) FROM (SELECT count(*) AS n FROM act t WHERE t.process_id = a.process_id "
	"AND t.what = 'exhausted' GROUP BY t.tid)) "
	"FROM act a JOIN process p ON p.id = a.process_id WHERE a.what = 'exhausted' "
	"GROUP BY a.process_id ORDER BY a.process_id";

/* A number above the limit was opened before it was lowered, and takes no place. */
static const char alive_sql[] =
	"SELECT class, birth_stack, inherited + 2 * earlier FROM resource WHERE process_id = ?1 "
	"AND kind = ?2 "
	"AND (?4 = 0 OR subject < ?4) AND birth_ns < ?3 AND (death_ns IS NULL OR death_ns >= ?3) "
	"AND ending IS NOT 'unseen' "
	"ORDER BY id";

struct refusal {
	int64_t process_id;
	uint64_t limit; /* 0 unknown */
	int64_t time_ns;
	int64_t act, stack;
	const char *call;
	int error;
	uint64_t count;
	bool more;  /* than were recorded */
	bool mixed; /* other calls failed too */
};

/* Descriptors of one class, born at one site. */
struct holder {
	uint64_t group;
	char class_name[32];
	int64_t from;  /* an index of origins */
	int64_t stack; /* of the first */
	const struct culprit *culprit;
	uint64_t count;
	size_t order;
};

struct holders {
	struct holder *items;
	size_t count;
	uint64_t total;
	struct u64map by_group; /* group -> index */
};

static void holders_finish(struct holders *holders)
{
	free(holders->items);
	u64map_finish(&holders->by_group);
}

/* NULL: there is no memory for a new one. */
static struct holder *get_holder(struct holders *holders, uint64_t group)
{
	const uint64_t *known = u64map_get(&holders->by_group, group);
	struct holder *items;

	if (known != NULL)
		return &holders->items[*known];
	items = realloc(holders->items, (holders->count + 1) * sizeof(*items));
	if (items == NULL)
		return NULL;
	holders->items = items;
	if (u64map_put(&holders->by_group, group, holders->count) != 0)
		return NULL;
	items[holders->count] = (struct holder){.group = group, .order = holders->count};
	return &items[holders->count++];
}

static int add_alive(struct judgement *judgement, struct holders *holders, struct trace_query *row)
{
	const char *class_name = trace_query_text(row, 0);
	int64_t stack = trace_query_int(row, 1);
	int64_t from = trace_query_int(row, 2);
	const struct culprit *culprit;
	struct holder *holder;
	uint64_t group;
	int error = culprits_get(&judgement->culprits, stack, &culprit);

	if (error == 0 && class_name == NULL)
		error = -ENOMEM;
	if (error != 0)
		return error;
	group = finding_group(word_kind(TRACK_KIND_FD), class_name, culprit);
	holder = get_holder(holders, fnv_bytes(group, &from, sizeof(from)));
	if (holder == NULL)
		return -ENOMEM;
	if (holder->count++ == 0) {
		snprintf(holder->class_name, sizeof(holder->class_name), "%s", class_name);
		holder->from = from;
		holder->stack = stack;
		holder->culprit = culprit;
	}
	holders->total++;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct holder *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Who held descriptors at that moment, the largest first. */
static int load_holders(struct judgement *judgement, const struct refusal *refusal,
			struct holders *holders)
{
	struct trace_query *query;
	int more = trace_query(judgement->trace, alive_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, refusal->process_id);
	trace_query_bind_text(query, 2, word_kind(TRACK_KIND_FD));
	trace_query_bind_int(query, 3, refusal->time_ns);
	trace_query_bind_int(query, 4, (int64_t)refusal->limit);
	while ((more = trace_query_step(query)) == 1) {
		more = add_alive(judgement, holders, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	if (holders->count > 0)
		qsort(holders->items, holders->count, sizeof(*holders->items), compare);
	return more;
}

/* "998 UDP sockets", "3 inherited pipes", "12 earlier files": from before the recording. */
static void name_holder(const struct holder *holder, char *ret_text, size_t capacity)
{
	static const char *const origins[] = {"", "inherited ", "earlier ", "earlier "};
	char noun[FINDING_NOUN_BYTES];

	class_noun(word_kind(TRACK_KIND_FD), holder->class_name, holder->count != 1, noun);
	snprintf(ret_text, capacity, "%llu %s%s", (unsigned long long)holder->count,
		 origins[holder->from & 3], noun);
}

/* A role of its own for each holder, so that each one's stack is shown. */
static int add_holders(struct finding *finding, const struct holders *holders)
{
	uint64_t others = holders->total;
	int error = 0;

	for (size_t i = 0; i < holders->count && i < HOLDERS_SHOWN && error == 0; i++) {
		const struct holder *holder = &holders->items[i];
		struct finding_evidence evidence = {.stack_id = holder->stack};
		char name[128];

		name_holder(holder, name, sizeof(name));
		evidence.role = finding_text(finding, "holder %zu: %s%s", i + 1, name,
					     holder->stack != 0 ? " opened at" : "");
		error = evidence.role == NULL ? -ENOMEM : finding_add_evidence(finding, &evidence);
		others -= holder->count;
	}
	if (error == 0 && others > 0) {
		struct finding_evidence evidence = {
			.role = finding_text(finding, "%llu others", (unsigned long long)others),
		};

		error = evidence.role == NULL ? -ENOMEM : finding_add_evidence(finding, &evidence);
	}
	return error;
}

static void say_holders(const struct holders *holders, char *ret_text)
{
	uint64_t others = holders->total;
	size_t length = 0;

	*ret_text = '\0';
	for (size_t i = 0; i < holders->count && i < HOLDERS_SAID; i++) {
		const struct holder *holder = &holders->items[i];
		char name[128];

		name_holder(holder, name, sizeof(name));
		length += (size_t)snprintf(ret_text + length, TEXT_BYTES - length, "%s%s",
					   i == 0 ? "; " : ", ", name);
		if (holder->culprit->function != NULL)
			length += (size_t)snprintf(ret_text + length, TEXT_BYTES - length,
						   " opened in %.100s", holder->culprit->function);
		others -= holder->count;
	}
	if (others > 0)
		snprintf(ret_text + length, TEXT_BYTES - length, ", %llu others",
			 (unsigned long long)others);
}

/* A call may fail for another limit than the one of descriptors: say what was seen. */
static void say_use(const struct refusal *refusal, uint64_t used, char *ret_text, size_t capacity)
{
	if (refusal->limit == 0)
		snprintf(ret_text, capacity, "%llu descriptors in use", (unsigned long long)used);
	else if (refusal->error == ENFILE || used * 10 < refusal->limit * 9)
		snprintf(ret_text, capacity,
			 "%llu descriptors known to be in use, and the process's limit is %llu",
			 (unsigned long long)used, (unsigned long long)refusal->limit);
	else
		snprintf(ret_text, capacity, "%llu of %llu descriptors in use",
			 (unsigned long long)used, (unsigned long long)refusal->limit);
}

static int say(struct finding *finding, const struct refusal *refusal,
	       const struct holders *holders)
{
	char holding[TEXT_BYTES], use[128], calls[96] = "";

	say_holders(holders, holding);
	say_use(refusal, holders->total, use, sizeof(use));
	if (refusal->count > 1)
		snprintf(calls, sizeof(calls), "; %llu calls%s failed%s",
			 (unsigned long long)refusal->count, refusal->more ? " or more" : "",
			 refusal->mixed ? ", others too" : "");
	return finding_say(finding, "%s failed with %s: %s%s%s",
			   *refusal->call != '\0' ? refusal->call : "a call",
			   refusal->error == ENFILE ? "ENFILE" : "EMFILE", use, holding, calls);
}

/* Calls whose EMFILE may be about a limit of their own. */
static const char *const own_limits[] = {"inotify_init", "inotify_init1", "fanotify_init",
					 "mq_open"};

static bool is_another_limit(const struct refusal *refusal, const struct holders *holders)
{
	if (refusal->limit == 0 || holders->total * 10 >= refusal->limit * 9)
		return false;
	for (size_t i = 0; i < sizeof(own_limits) / sizeof(own_limits[0]); i++)
		if (strcmp(refusal->call, own_limits[i]) == 0)
			return true;
	return false;
}

static int add_refusal(struct judgement *judgement, enum rule rule, const struct refusal *refusal)
{
	struct finding_evidence failed = {
		.act_id = refusal->act,
		.stack_id = refusal->stack,
		.role = "no descriptor was left at",
	};
	struct finding_member member = {
		.kind = word_kind(TRACK_KIND_FD),
		.class_name = word_fd_class(TRACK_FD_CLASS_OTHER),
		.process_id = refusal->process_id,
		.stack_id = refusal->stack,
	};
	struct holders holders = {0};
	struct finding *finding;
	bool first = false;
	int error = load_holders(judgement, refusal, &holders);

	if (error == 0 && is_another_limit(refusal, &holders)) {
		holders_finish(&holders);
		return 0;
	}
	if (error == 0 && holders.count > 0) {
		member.class_name = holders.items[0].class_name;
		member.stack_id = holders.items[0].stack;
	}
	if (error == 0)
		error = judge_member(judgement, rule, STATE_BROKEN, &member, &finding);
	if (error == 0) {
		finding_happened(finding, (uint64_t)refusal->time_ns);
		first = finding->count == 0;
		finding->count += refusal->count;
	}
	if (error == 0 && first)
		error = finding_add_evidence(finding, &failed);
	if (error == 0 && first)
		error = add_holders(finding, &holders);
	if (error == 0 && first)
		error = say(finding, refusal, &holders);
	holders_finish(&holders);
	return error;
}

int rule_exhaustion(struct judgement *judgement, enum rule rule)
{
	struct trace_query *query;
	int more = trace_query(judgement->trace, refusals_sql, &query);

	if (more != 0)
		return more;
	while ((more = trace_query_step(query)) == 1) {
		struct refusal refusal = {
			.process_id = trace_query_int(query, 0),
			.limit = (uint64_t)trace_query_int(query, 1),
			.time_ns = trace_query_int(query, 2),
			.act = trace_query_int(query, 3),
			.call = trace_query_text(query, 4),
			.error = (int)trace_query_int(query, 5),
			.stack = trace_query_int(query, 6),
			.count = (uint64_t)trace_query_int(query, 7),
			.mixed = trace_query_int(query, 8) > 1,
			.more = trace_query_int(query, 9) >= RECORDED_PER_THREAD,
		};

		more = refusal.call == NULL ? -ENOMEM : add_refusal(judgement, rule, &refusal);
		if (more == 0)
			more = u64map_put(&judgement->exhausted, (uint64_t)refusal.process_id, 1);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}
