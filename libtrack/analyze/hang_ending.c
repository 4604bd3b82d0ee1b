/* SPDX-License-Identifier: Apache-2.0 */
#include "hang_ending.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hang_doubt.h"
#include "hang_kept.h"
#include "leak_chain.h"
#include "word.h"

struct fitting {
	struct hangs *hangs;
	struct hang *hang;
	const struct leaks *leaks;
	struct hang_verdict *verdict;
};

static const char waker_sql[] =
	"SELECT w.tid, max(w.time_ns), r.death_ns IS NOT NULL OR r.ending = 'done', r.name "
	"FROM waker w LEFT JOIN resource r ON r.process_id = w.process_id AND r.kind = 'thread' "
	"AND r.tid = w.tid WHERE w.process_id = ?1 AND w.subject = ?2";

static const char parents_sql[] =
	"SELECT s.tid, r.name FROM standing s JOIN held h ON h.standing_id = s.id "
	"LEFT JOIN resource r ON r.id = s.thread_id WHERE s.process_id = ?1 AND h.lock = ?2 LIMIT "
	"1";

static const struct wait_thread *at(const struct fitting *fitting, size_t place)
{
	return hang_thread(fitting->hangs, fitting->hang->chain[place]);
}

static size_t end_of(const struct fitting *fitting)
{
	return fitting->hang->chain[fitting->hang->count - 1];
}

static const struct wait_thread *end(const struct fitting *fitting)
{
	return hang_thread(fitting->hangs, end_of(fitting));
}

void hang_name(const struct hangs *hangs, size_t thread, char *ret_name)
{
	const struct wait_thread *at = hang_thread(hangs, thread);
	const char *name = at->name != NULL ? at->name : at->is_first ? "main" : NULL;

	if (name == NULL && at->start_name != NULL)
		snprintf(ret_name, HANG_NAME_BYTES, "thread %u (%.40s)", at->tid, at->start_name);
	else
		snprintf(ret_name, HANG_NAME_BYTES, "thread %u%s%.40s%s", at->tid, name ? " '" : "",
			 name ? name : "", name ? "'" : "");
}

static int fits(struct fitting *fitting)
{
	(void)fitting;
	return 1;
}

static int fits_own_end(struct fitting *fitting)
{
	return fitting->hang->count == 1 && at(fitting, 0)->wait == TRACK_WAIT_THREAD;
}

/* The last of a circle waits for the first. */
static enum wait_reason reason(const struct fitting *fitting, size_t place)
{
	return fitting->hangs->graph.edges[fitting->hang->edges[place]].reason;
}

static int take_told(struct fitting *fitting, size_t place)
{
	const struct wait_thread *teller = at(fitting, place);

	fitting->verdict->other = fitting->hang->chain[place];
	fitting->verdict->kind = teller->told_kind;
	fitting->verdict->class_name =
		teller->told_class != NULL ? teller->told_class : teller->told_kind;
	return 1;
}

static int fits_told_circle(struct fitting *fitting)
{
	for (size_t i = 0; i < fitting->hang->count; i++)
		if (reason(fitting, i) == WAIT_RUNS)
			return take_told(fitting, i);
	return 0;
}

static int fits_join_circle(struct fitting *fitting)
{
	for (size_t i = 0; i < fitting->hang->count; i++)
		if (reason(fitting, i) == WAIT_ENDS) {
			fitting->verdict->other = fitting->hang->chain[i];
			return 1;
		}
	return 0;
}

/*
 * Of a circle: who reads again behind a writer; whoever is not in a callback could have waited for
 * these, and did not. Of several the first thread, or the one whose place comes first in every run.
 */
static uint64_t tier(const struct fitting *fitting, size_t place)
{
	if (reason(fitting, place) == WAIT_IS_NEXT)
		return 0;
	if (wait_callback(&fitting->hangs->graph, fitting->hang->chain[place]) != NULL)
		return 3;
	return at(fitting, place)->is_first ? 1 : 2;
}

static int rank(const struct fitting *fitting, size_t place, uint64_t *ret_rank)
{
	const struct culprit *culprit;
	int error = culprits_get_waiting(fitting->leaks->culprits, at(fitting, place)->stack_id,
					 &culprit);

	if (error == 0)
		*ret_rank = tier(fitting, place) << 62 | culprit->frames_hash >> 2;
	return error;
}

static int fits_circle(struct fitting *fitting)
{
	uint64_t best = UINT64_MAX;

	for (size_t i = 0; i < fitting->hang->count; i++) {
		uint64_t ranked;
		int error = rank(fitting, i, &ranked);

		if (error != 0)
			return error;
		if (ranked < best || i == 0) {
			best = ranked;
			fitting->verdict->other = fitting->hang->chain[i];
		}
	}
	return 1;
}

/* It waits inside of a callback, for what anybody may do but no descriptor brings. */
static bool is_pool_wait(const struct hangs *hangs, size_t thread)
{
	enum track_wait wait = hang_thread(hangs, thread)->wait;

	return hang_is_old(hangs, thread) && !wait_is_from_outside(wait) &&
	       wait_callback(&hangs->graph, thread) != NULL;
}

/* All that run the same function. */
static int fits_pool(struct fitting *fitting)
{
	const struct wait_process *process =
		wait_process_of(&fitting->hangs->graph, end_of(fitting));
	const struct wait_call *callback;
	size_t count = 0;

	if (fitting->hang->count < 2)
		return 0;
	for (size_t i = process->first; i < process->first + process->count; i++) {
		if (!wait_is_alike(&fitting->hangs->graph, i, end_of(fitting)))
			continue;
		if (!is_pool_wait(fitting->hangs, i))
			return 0;
		count++;
	}
	if (count == 0)
		return 0;
	callback = wait_callback(&fitting->hangs->graph, end_of(fitting));
	fitting->verdict->pool = count;
	fitting->verdict->class_name = callback->class_name;
	snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%zu thread%s", count,
		 count == 1 ? "" : "s");
	return 1;
}

/* Who joins the one that waits in its close, where either belongs to what is closed. */
static int fits_own_join(struct fitting *fitting)
{
	const struct wait_process *process =
		wait_process_of(&fitting->hangs->graph, end_of(fitting));
	const struct wait_call *closing = hang_closing(fitting->hangs, end_of(fitting));
	int found = 0;

	for (size_t i = process->first;
	     closing != NULL && found == 0 && i < process->first + process->count; i++) {
		const struct wait_thread *thread = hang_thread(fitting->hangs, i);

		if (thread->wait != TRACK_WAIT_THREAD || thread->timed || thread->target_id == 0 ||
		    thread->target_id != end(fitting)->thread_id)
			continue;
		found = wait_belongs(&fitting->hangs->graph, thread->target_id,
				     closing->resource_id);
		if (found == 0)
			found = wait_belongs(&fitting->hangs->graph, thread->thread_id,
					     closing->resource_id);
		if (found == 1) {
			fitting->verdict->other = i;
			hang_name(fitting->hangs, i, fitting->verdict->detail);
		}
	}
	return found;
}

/* Its close waits inside of a callback of its own. */
static int fits_own_callback(struct fitting *fitting)
{
	const struct wait_call *closing = hang_closing(fitting->hangs, end_of(fitting));
	const struct wait_call *callback = wait_callback(&fitting->hangs->graph, end_of(fitting));
	int found;

	if (closing == NULL || callback == NULL)
		return 0;
	found = wait_belongs(&fitting->hangs->graph, callback->resource_id, closing->resource_id);
	if (found == 1) {
		fitting->verdict->class_name = callback->class_name;
		snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%.60s",
			 callback->class_name != NULL ? callback->class_name : "callback");
	}
	return found;
}

static int fits_object(struct fitting *fitting)
{
	const struct wait_call *closing = hang_closing(fitting->hangs, end_of(fitting));
	char noun[LEAK_NOUN_BYTES], references[LEAK_REFERENCES_BYTES];
	const struct survivor *kept;
	int error;

	if (closing == NULL || end(fitting)->wait == TRACK_WAIT_DESCRIPTOR)
		return 0;
	error = hang_kept_find(fitting->leaks, closing->resource_id, &fitting->verdict->kept);
	if (error != 0 || fitting->verdict->kept == SURVIVOR_NONE)
		return error;
	kept = leaks_at(fitting->leaks, fitting->verdict->kept);
	error = leak_references(fitting->leaks, fitting->verdict->kept, references);
	if (error != 0)
		return error;
	leak_noun(kept, noun);
	fitting->verdict->class_name = kept->class_name;
	snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%s%s%s", noun,
		 references[0] != '\0' ? ", with " : "", references);
	return 1;
}

static int fits_told(struct fitting *fitting)
{
	return end(fitting)->told_kind != NULL ? take_told(fitting, fitting->hang->count - 1) : 0;
}

/* What keeps a scope or an object says more than that it is waited for. */
static int fits_told_act(struct fitting *fitting)
{
	const char *kind = end(fitting)->told_kind;

	return kind != NULL && word_is_act(kind) ? fits_told(fitting) : 0;
}

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e9 : 0.0;
}

/* Its descriptor was closed, which does not wake it. */
static int fits_closed_under(struct fitting *fitting)
{
	const struct wait_thread *waiter = end(fitting);
	const struct wait_process *process =
		wait_process_of(&fitting->hangs->graph, end_of(fitting));
	char name[HANG_NAME_BYTES];

	if (waiter->closed_id == 0)
		return 0;
	snprintf(name, sizeof(name), "thread %u", waiter->closed_tid);
	for (size_t i = process->first; i < process->first + process->count; i++)
		if (hang_thread(fitting->hangs, i)->tid == waiter->closed_tid)
			hang_name(fitting->hangs, i, name);
	snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%s closed %.2f s %s", name,
		 seconds(waiter->closed_ns, waiter->now_ns),
		 process->runs ? "ago" : "before the end");
	fitting->verdict->class_name = waiter->target_class;
	return 1;
}

/* For how long that did not happen: more is not known. */
static int fits_so_long(struct fitting *fitting)
{
	snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%.1f s",
		 seconds(end(fitting)->since_ns, end(fitting)->now_ns));
	return 1;
}

static int fits_peer(struct fitting *fitting)
{
	if (end(fitting)->wait != TRACK_WAIT_DESCRIPTOR)
		return 0;
	fitting->verdict->class_name = end(fitting)->target_class;
	return fits_so_long(fitting);
}

static int fits_child(struct fitting *fitting)
{
	return end(fitting)->wait == TRACK_WAIT_CHILD ? fits_so_long(fitting) : 0;
}

static int fits_signal(struct fitting *fitting)
{
	return end(fitting)->wait == TRACK_WAIT_SIGNAL ? fits_so_long(fitting) : 0;
}

static int fits_nobody_left(struct fitting *fitting)
{
	const struct wait_process *process =
		wait_process_of(&fitting->hangs->graph, end_of(fitting));
	size_t count = 0;

	for (size_t i = process->first; i < process->first + process->count; i++)
		count += !hang_thread(fitting->hangs, i)->is_ended;
	if (count > 1)
		snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES,
			 "all %zu threads of the process wait", count);
	else
		snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES,
			 "no other thread of the process is left");
	return process->is_closed;
}

static int fits_holder_runs(struct fitting *fitting)
{
	const struct wait_thread *holder = hang_thread(fitting->hangs, fitting->hang->gone);

	snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES, "%s%s",
		 holder->wait != TRACK_WAIT_NONE ? "waits for " : "runs or sleeps",
		 holder->wait != TRACK_WAIT_NONE ? wait_text(holder->wait) : "");
	return 1;
}

/* Who woke it last; 1: that thread is gone. */
static int find_waker(struct fitting *fitting)
{
	struct trace_query *query;
	char *detail = fitting->verdict->detail;
	int more = trace_query(fitting->hangs->graph.trace, waker_sql, &query);
	int gone = 0;

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, end(fitting)->process_id);
	trace_query_bind_int(query, 2, (int64_t)end(fitting)->subject);
	more = trace_query_step(query);
	if (more == 1 && !trace_query_null(query, 0)) {
		const char *name = trace_query_text(query, 3);

		gone = trace_query_int(query, 2) != 0;
		snprintf(detail, HANG_DETAIL_BYTES, "thread %lld%s%.40s%s",
			 (long long)trace_query_int(query, 0), name ? " '" : "", name ? name : "",
			 name ? "'" : "");
	}
	trace_query_destroy(query);
	return more < 0 ? more : gone;
}

static int fits_waker_gone(struct fitting *fitting)
{
	return find_waker(fitting);
}

static int fits_woken_before(struct fitting *fitting)
{
	int gone = find_waker(fitting);

	return gone < 0 ? gone : fitting->verdict->detail[0] != '\0';
}

/* A thread of the parent may have it still. */
static int fits_not_forked(struct fitting *fitting)
{
	struct trace_query *query;
	int more = trace_query(fitting->hangs->graph.trace, parents_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1,
			     wait_process_of(&fitting->hangs->graph, end_of(fitting))->parent_id);
	trace_query_bind_int(query, 2, (int64_t)end(fitting)->subject);
	more = trace_query_step(query);
	if (more == 1)
		snprintf(fitting->verdict->detail, HANG_DETAIL_BYTES,
			 ", by thread %lld%s%.40s%s of its parent",
			 (long long)trace_query_int(query, 0),
			 trace_query_null(query, 1) ? "" : " '",
			 trace_query_null(query, 1) ? "" : trace_query_text(query, 1),
			 trace_query_null(query, 1) ? "" : "'");
	trace_query_destroy(query);
	return more < 0 ? more : 1;
}

/* The first of its shape that fits. */
static const struct row {
	struct hang_ending ending;
	int (*fits)(struct fitting *fitting);
} rows[] = {
	/* clang-format off */
	{{"own-end", HANG_CIRCLE, "thread", HANG_BY_HEAD, ""}, fits_own_end},
	{{"told-circle", HANG_CIRCLE, NULL, HANG_BY_OTHER, ""}, fits_told_circle},
	{{"join-circle", HANG_CIRCLE, "thread", HANG_BY_OTHER, ""}, fits_join_circle},
	{{"circle", HANG_CIRCLE, "lock", HANG_BY_OTHER, ""}, fits_circle},
	{{"holder-gone", HANG_HOLDER_GONE, "lock", HANG_BY_HEAD, ", which has ended, and never gave it back"}, fits},
	{{"holder-runs", HANG_HOLDER_RUNS, "lock", HANG_BY_HEAD, ", and has not given back: that thread %s"}, fits_holder_runs},
	{{"not-forked", HANG_NOT_FORKED, "lock", HANG_BY_HEAD,
	  ", which was held when the process was forked%s: who could give it back is not in this process"}, fits_not_forked},
	{{"no-holder", HANG_NO_HOLDER, "lock", HANG_BY_HEAD, "; who holds it is not known"}, fits},
	{{"closed-under", HANG_OPEN, "fd", HANG_BY_END, ", which %s: a close does not wake who waits already"}, fits_closed_under},
	{{"pool", HANG_OPEN, "callback", HANG_BY_END,
	  ": so do all %s of its pool, inside of callbacks, and none is left that could go on"}, fits_pool},
	{{"own-join", HANG_OPEN, "thread", HANG_BY_OTHER, ", while %s waits for the end of that thread"}, fits_own_join},
	{{"own-callback", HANG_OPEN, "callback", HANG_BY_END,
	  ": inside of a callback, %s, of what it closes, which has to return first"}, fits_own_callback},
	{{"told-act", HANG_OPEN, NULL, HANG_BY_OTHER, ""}, fits_told_act},
	{{"object", HANG_OPEN, "object", HANG_BY_END, ": nobody releases %s"}, fits_object},
	{{"told", HANG_OPEN, NULL, HANG_BY_OTHER, ""}, fits_told},
	{{"peer", HANG_OPEN, NULL, HANG_BY_HEAD, ", and nothing has come for %s"}, fits_peer},
	{{"child", HANG_OPEN, "lock", HANG_BY_HEAD, ", which has not ended in %s"}, fits_child},
	{{"signal", HANG_OPEN, "lock", HANG_BY_HEAD, ", and none has come for %s"}, fits_signal},
	{{"waker-gone", HANG_OPEN, "lock", HANG_BY_HEAD, "; who woke it last, %s, has ended"}, fits_waker_gone},
	{{"nobody-left", HANG_OPEN, "lock", HANG_BY_HEAD, ", and no thread can wake it: %s"}, fits_nobody_left},
	{{"not-again", HANG_OPEN, "lock", HANG_BY_HEAD, "; %s woke it last, and nobody since"}, fits_woken_before},
	{{"never-woken", HANG_OPEN, "lock", HANG_BY_HEAD, ", and nobody has woken it for %s"}, fits_so_long},
	/* clang-format on */
};

/* Of a lock its sort, of a descriptor's wait the descriptor. */
static void name_wait(struct fitting *fitting)
{
	struct hang_verdict *verdict = fitting->verdict;
	const struct wait_thread *teller = hang_thread(fitting->hangs, verdict->teller);

	if (verdict->kind == NULL)
		verdict->kind = wait_is_for_lock(at(fitting, 0)->wait) ? "lock" : "fd";
	if (strcmp(verdict->kind, "lock") == 0)
		verdict->class_name = wait_name(
			wait_is_for_lock(teller->wait) ? teller->wait : end(fitting)->wait);
	if (verdict->class_name == NULL)
		verdict->class_name = verdict->kind;
}

int hang_judge(struct hangs *hangs, struct hang *hang, const struct leaks *leaks,
	       struct hang_verdict *ret_verdict)
{
	struct fitting fitting = {hangs, hang, leaks, ret_verdict};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fit;

		if (rows[i].ending.shape != hang->shape)
			continue;
		*ret_verdict = (struct hang_verdict){
			.ending = &rows[i].ending,
			.kind = rows[i].ending.kind,
			.other = WAIT_NOBODY,
			.kept = SURVIVOR_NONE,
		};
		fit = rows[i].fits(&fitting);
		if (fit < 0)
			return fit;
		if (fit > 0)
			break;
	}
	switch (ret_verdict->ending->teller) {
	case HANG_BY_HEAD:
		ret_verdict->teller = hang->chain[0];
		break;
	case HANG_BY_END:
		ret_verdict->teller = end_of(&fitting);
		break;
	case HANG_BY_OTHER:
		ret_verdict->teller = ret_verdict->other;
		break;
	}
	name_wait(&fitting);
	ret_verdict->doubtful = hang_is_doubtful(hangs, hang, ret_verdict);
	return 0;
}

bool hang_is_vague(const struct hang_verdict *verdict)
{
	return strcmp(verdict->ending->name, "never-woken") == 0 ||
	       strcmp(verdict->ending->name, "not-again") == 0 ||
	       strcmp(verdict->ending->name, "nobody-left") == 0 ||
	       strcmp(verdict->ending->name, "waker-gone") == 0;
}
