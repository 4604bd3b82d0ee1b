/* SPDX-License-Identifier: Apache-2.0 */
#include "culprit.h"

#include <base/fnv.h>
#include <base/perf_map.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tier.h"

/* clang-format off */
static char *const shells[] = {
#define ANALYZE_SHELL(pattern, what) pattern,
#include "runtime.def"
	NULL
};

static char *const main_loops[] = {
#define ANALYZE_MAIN_LOOP(pattern, what) pattern,
#include "runtime.def"
	NULL
};

static char *const lifelong_functions[] = {
#define ANALYZE_LIFELONG(pattern, what) pattern,
#include "runtime.def"
	NULL
};
/* clang-format on */

static const char frames_sql[] =
	"SELECT l.path, l.address, f.function, f.file, f.line FROM stack_frame s "
	"JOIN location l ON l.id = s.location_id LEFT JOIN frame f ON f.location_id = l.id "
	"WHERE s.stack_id = ?1 ORDER BY s.position, f.position";
/* Functions of a perf map that are from some file: in the trace, and in a stack. */
#define IS_SCRIPT                                                                                  \
	"l.path GLOB '/tmp/perf-[0-9]*.map' AND l.path NOT GLOB '/tmp/perf-*/*' AND f.file <> '' "
static const char scripts_sql[] = "SELECT 1 FROM location l "
				  "JOIN frame f ON f.location_id = l.id WHERE " IS_SCRIPT "LIMIT 1";
static const char in_script_sql[] =
	"SELECT 1 FROM stack_frame s JOIN location l ON l.id = s.location_id "
	"JOIN frame f ON f.location_id = l.id "
	"WHERE s.stack_id = ?1 AND " IS_SCRIPT "LIMIT 1";

/* What the trace itself says of whom to blame, each text by itself. */
static const char plumbing_sql[] = "SELECT file FROM plumbing";
static const char packed_sql[] = "SELECT library FROM packed";
static const char programs_sql[] = "SELECT DISTINCT exe FROM process";
static const char lifelong_sql[] = "SELECT library, function, caller FROM lifelong";

enum { LIFELONG_LIBRARY, LIFELONG_FUNCTION, LIFELONG_CALLER, LIFELONG__COUNT };

/* As packs say: whether a function of a library called this frame's, and this is who may. */
static bool is_lifelong(struct culprits *culprits, const char *path, const char *function)
{
	char *const *row = culprits->lifelong;
	const char *name = path != NULL ? base_name(path) : "";
	bool lifelong = false;

	for (size_t i = 0; row != NULL && *row != NULL; i++, row += LIFELONG__COUNT) {
		bool fits = function != NULL && fnmatch(row[LIFELONG_LIBRARY], name, 0) == 0 &&
			    fnmatch(row[LIFELONG_FUNCTION], function, 0) == 0;

		lifelong |= fits && strcmp(row[LIFELONG_CALLER], "*") == 0;
		lifelong |= culprits->inner_fits[i] && fnmatch(row[LIFELONG_CALLER], name, 0) == 0;
		culprits->inner_fits[i] = fits;
	}
	return lifelong;
}

static void clear(struct culprit *culprit)
{
	free(culprit->function);
	free(culprit->file);
	free(culprit->module);
	*culprit = (struct culprit){0};
}

static int copy(const char *text, char **ret_copy)
{
	if (text != NULL) {
		*ret_copy = strdup(text);
		return *ret_copy != NULL ? 0 : -ENOMEM;
	}
	*ret_copy = NULL;
	return 0;
}

/* The row at hand becomes the culprit. */
static int take_frame(struct culprit *culprit, struct trace_query *frame)
{
	const char *path = trace_query_text(frame, 0);
	bool lifelong = culprit->lifelong; /* of the stack, not of its best frame */
	int error;

	clear(culprit);
	culprit->lifelong = lifelong;
	culprit->line = (int)trace_query_int(frame, 4);
	error = copy(path != NULL && *path != '\0' ? path : NULL, &culprit->module);
	if (error == 0)
		error = copy(trace_query_text(frame, 2), &culprit->function);
	return error != 0 ? error : copy(trace_query_text(frame, 3), &culprit->file);
}

/*
 * An address counts only where no function is known: a new build moves it. The name of a
 * perf map has a pid in it, so the file that its code is from counts instead.
 */
static uint64_t hash_frame(uint64_t hash, struct trace_query *frame, const char *path)
{
	const char *function = trace_query_text(frame, 2);
	const char *file = trace_query_text(frame, 3);
	int64_t address = trace_query_int(frame, 1);

	if (perf_map_is(path))
		path = function != NULL && file != NULL ? file : "";
	hash = fnv_text(hash, base_name(path));
	if (function != NULL)
		return fnv_text(hash, function);
	if (*path == '\0')
		return hash;
	return fnv_bytes(fnv_text(hash, "+"), &address, sizeof(address));
}

/* The frame that tells of a thing is in some source file, or where none is known in a function. */
struct teller {
	char *file, *function;
};

static int take_teller(struct teller *teller, struct trace_query *frame)
{
	int error = copy(trace_query_text(frame, 2), &teller->function);

	return error != 0 ? error : copy(trace_query_text(frame, 3), &teller->file);
}

static void clear_teller(struct teller *teller)
{
	free(teller->file);
	free(teller->function);
}

static bool is_of(const struct teller *teller, struct trace_query *frame)
{
	const char *function = trace_query_text(frame, 2), *file = trace_query_text(frame, 3);

	if (teller->file != NULL)
		return file != NULL && strcmp(teller->file, file) == 0;
	return teller->function != NULL && function != NULL &&
	       strcmp(teller->function, function) == 0;
}

/* The first of a program, in its own module: it calls nobody's library. */
static bool is_start(struct trace_query *frame)
{
	const char *function = trace_query_text(frame, 2);

	return function != NULL && strcmp(function, "_start") == 0;
}

/* Of the file that tells, or the start: it is no better than plumbing that was met before. */
static bool is_passed_over(const struct teller *teller, enum tier best, struct trace_query *frame)
{
	if (is_start(frame))
		return teller != NULL || best == TIER_PLUMBING;
	return teller != NULL && is_of(teller, frame);
}

/*
 * Who runs a main loop knows nothing of what is called there: a library that did it by itself is
 * better than that.
 */
static enum tier tier_around_loop(enum tier tier, enum tier best)
{
	return best >= TIER_RUNTIME && best < TIER_PROJECT ? TIER_BASE : tier;
}

/* The first frames of each tier, of which the best one's tell. */
struct tally_of_frames {
	uint64_t hash[TIER__COUNT];
	unsigned count[TIER__COUNT];
};

static void count_frame(struct tally_of_frames *tally, enum tier tier, struct trace_query *frame,
			const char *path)
{
	if (tally->count[tier] == tier_frames(tier))
		return;
	if (tally->count[tier]++ == 0)
		tally->hash[tier] = FNV_START;
	tally->hash[tier] = hash_frame(tally->hash[tier], frame, path);
}

static void tell(const struct tally_of_frames *tally, enum tier best, struct culprit *culprit)
{
	culprit->in_library = best < TIER_PROJECT;
	culprit->frames_hash = tally->hash[best];
	culprit->placeless = best < TIER_INSTALLED;
}

/* Not of the frames of the teller's file, if there is to be one: empty, it takes the first. */
static int judge(struct culprits *culprits, struct teller *teller, struct culprit *culprit)
{
	struct trace_query *frame = culprits->frames;
	struct tally_of_frames tally = {0};
	enum tier best = TIER_NONE;
	bool is_in_loop = false;
	int more;

	memset(culprits->inner_fits, 0, culprits->lifelong_count * sizeof(bool));
	while ((more = trace_query_step(frame)) == 1) {
		const char *path = trace_query_text(frame, 0);
		enum tier tier;
		int error;

		culprit->lifelong |= matches(lifelong_functions, trace_query_text(frame, 2)) ||
				     is_lifelong(culprits, path, trace_query_text(frame, 2));
		if (tally.count[TIER_PROJECT] == tier_frames(TIER_PROJECT))
			continue;
		error = path != NULL ? tier_of_frame(culprits, path, &tier) : -ENOMEM;
		if (error == 0 && is_in_loop)
			tier = tier_around_loop(tier, best);
		is_in_loop |= matches(main_loops, trace_query_text(frame, 2));
		if (error == 0 && tier >= TIER_PLUMBING && teller != NULL && teller->file == NULL &&
		    teller->function == NULL)
			error = take_teller(teller, frame);
		if (error == 0 && tier == TIER_PROJECT && is_passed_over(teller, best, frame))
			tier = TIER_PLUMBING;
		if (error == 0 && tier > best) {
			best = tier;
			error = take_frame(culprit, frame);
		}
		if (error != 0)
			return error;
		count_frame(&tally, tier, frame, path);
	}
	tell(&tally, best, culprit);
	return more < 0 ? more : 0;
}

/* Whether there is a row for this, or for no stack in particular. */
static int ask(struct trace_query *query, int64_t stack_id, bool *ret_found)
{
	int found;

	if (stack_id != 0)
		trace_query_bind_int(query, 1, stack_id);
	found = trace_query_step(query);
	trace_query_reset(query);
	if (found < 0)
		return found;
	*ret_found = found == 1;
	return 0;
}

static int add_text(char ***list, size_t *count, const char *text)
{
	char **grown = reallocarray(*list, *count + 2, sizeof(char *));

	if (grown == NULL)
		return -ENOMEM;
	*list = grown;
	grown[*count] = text != NULL ? strdup(text) : NULL;
	grown[*count + 1] = NULL;
	return grown[(*count)++] != NULL ? 0 : -ENOMEM;
}

static int load(struct trace *trace, const char *sql, int columns, char ***list)
{
	struct trace_query *rows;
	size_t count = 0;
	int more = trace_query(trace, sql, &rows);

	if (more != 0)
		return more;
	while ((more = trace_query_step(rows)) == 1) {
		int error = 0;

		for (int i = 0; i < columns && error == 0; i++)
			error = add_text(list, &count, trace_query_text(rows, i));
		if (error != 0) {
			more = error;
			break;
		}
	}
	trace_query_destroy(rows);
	return more;
}

static int make_fits(struct culprits *culprits)
{
	char *const *row = culprits->lifelong;

	for (; row != NULL && *row != NULL; row += LIFELONG__COUNT)
		culprits->lifelong_count++;
	culprits->inner_fits = calloc(culprits->lifelong_count + 1, sizeof(bool));
	return culprits->inner_fits != NULL ? 0 : -ENOMEM;
}

/* Few traces have any: their stacks are not asked one by one. */
static int find_scripts(struct culprits *culprits, struct trace *trace)
{
	struct trace_query *scripts;
	bool found = false;
	int error = trace_query(trace, scripts_sql, &scripts);

	if (error != 0)
		return error;
	error = ask(scripts, 0, &found);
	trace_query_destroy(scripts);
	return error != 0 || !found ? error : trace_query(trace, in_script_sql, &culprits->scripts);
}

int culprits_init(struct culprits *culprits, struct trace *trace)
{
	int error;

	*culprits = (struct culprits){0};
	error = load(trace, plumbing_sql, 1, &culprits->plumbing);
	if (error == 0)
		error = load(trace, packed_sql, 1, &culprits->packed);
	if (error == 0)
		error = load(trace, programs_sql, 1, &culprits->programs);
	if (error == 0)
		error = load(trace, lifelong_sql, LIFELONG__COUNT, &culprits->lifelong);
	if (error == 0)
		error = make_fits(culprits);
	if (error == 0)
		error = find_scripts(culprits, trace);
	return error != 0 ? error : trace_query(trace, frames_sql, &culprits->frames);
}

static void free_list(char **list)
{
	for (char **at = list; at != NULL && *at != NULL; at++)
		free(*at);
	free(list);
}

static void finish_map(struct u64map *known)
{
	size_t cursor = 0;
	uint64_t stack, value;

	while (u64map_next(known, &cursor, &stack, &value)) {
		struct culprit *culprit = (struct culprit *)(uintptr_t)value;

		clear(culprit);
		free(culprit);
	}
	u64map_finish(known);
}

void culprits_finish(struct culprits *culprits)
{
	finish_map(&culprits->by_stack);
	finish_map(&culprits->callers);
	finish_map(&culprits->waiting);
	u64map_finish(&culprits->tiers);
	free_list(culprits->plumbing);
	free_list(culprits->packed);
	free_list(culprits->programs);
	free_list(culprits->lifelong);
	free(culprits->inner_fits);
	trace_query_destroy(culprits->frames);
	trace_query_destroy(culprits->scripts);
}

/* The one in known, or a new one. */
static int get(struct culprits *culprits, struct u64map *known, int64_t stack_id,
	       struct teller *teller, const struct culprit **ret_culprit)
{
	const uint64_t *found = u64map_get(known, (uint64_t)stack_id);
	struct culprit *culprit;
	int error = 0;

	if (found != NULL) {
		*ret_culprit = (const struct culprit *)(uintptr_t)*found;
		return 0;
	}
	culprit = calloc(1, sizeof(*culprit));
	if (culprit == NULL)
		return -ENOMEM;
	culprits->in_script = false;
	if (culprits->scripts != NULL && stack_id != 0)
		error = ask(culprits->scripts, stack_id, &culprits->in_script);
	trace_query_bind_int(culprits->frames, 1, stack_id);
	if (error == 0)
		error = judge(culprits, teller, culprit);
	trace_query_reset(culprits->frames);
	if (error == 0)
		error = u64map_put(known, (uint64_t)stack_id, (uintptr_t)culprit);
	if (error != 0) {
		clear(culprit);
		free(culprit);
		return error;
	}
	*ret_culprit = culprit;
	return 0;
}

int culprits_get(struct culprits *culprits, int64_t stack_id, const struct culprit **ret_culprit)
{
	return get(culprits, &culprits->by_stack, stack_id, NULL, ret_culprit);
}

int culprits_get_caller(struct culprits *culprits, int64_t stack_id,
			const struct culprit **ret_culprit)
{
	struct teller teller = {0};
	int error = get(culprits, &culprits->callers, stack_id, &teller, ret_culprit);

	clear_teller(&teller);
	return error;
}

int culprits_get_waiting(struct culprits *culprits, int64_t stack_id,
			 const struct culprit **ret_culprit)
{
	int error;

	culprits->with_plumbing = true;
	error = get(culprits, &culprits->waiting, stack_id, NULL, ret_culprit);
	culprits->with_plumbing = false;
	return error;
}

bool culprit_is_shell(const struct culprit *culprit)
{
	return culprit->module != NULL && matches(shells, base_name(culprit->module));
}
