/* SPDX-License-Identifier: Apache-2.0 */
#include "culprit.h"

#include <base/annotation.h>
#include <base/fnv.h>
#include <base/perf_map.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "libc_function.h"

/* So many frames of the project make a fingerprint. */
enum { FINGERPRINT_FRAMES = 4 };

/* The higher, the better a culprit. */
enum tier { TIER_NONE, TIER_BASE, TIER_RUNTIME, TIER_PLUMBING, TIER_PROJECT };

/* clang-format off */
static const struct {
	const char *pattern;
	enum tier tier;
} runtimes[] = {
#define ANALYZE_RUNTIME(pattern, tier, what) {pattern, TIER_##tier},
#include "runtime.def"
};

static char *const runtime_functions[] = {
#define ANALYZE_RUNTIME_FUNCTION(pattern, what) pattern,
#include "runtime.def"
	NULL
};

static char *const runtime_files[] = {
#define ANALYZE_RUNTIME_FILE(pattern, what) pattern,
#include "runtime.def"
	NULL
};

static char *const runtime_waits[] = {
#define ANALYZE_RUNTIME_WAIT(pattern, what) pattern,
#include "runtime.def"
	NULL
};

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

/* What the trace itself says of whom to blame, each text by itself. */
static const char plumbing_sql[] = "SELECT file FROM plumbing";
static const char packed_sql[] = "SELECT library FROM packed";
static const char programs_sql[] = "SELECT DISTINCT exe FROM process";
static const char lifelong_sql[] = "SELECT library, function, caller FROM lifelong";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool matches(char *const *patterns, const char *text)
{
	for (; text != NULL && patterns != NULL && *patterns != NULL; patterns++)
		if (fnmatch(*patterns, text, 0) == 0)
			return true;
	return false;
}

/* A pack of a program itself tells of its functions; who else would be to blame? */
static bool is_packed(const struct culprits *culprits, const char *path)
{
	char *const *program = culprits->programs;

	if (!matches(culprits->packed, base_name(path)))
		return false;
	for (; program != NULL && *program != NULL; program++)
		if (strcmp(*program, path) == 0)
			return false;
	return true;
}

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

static int tier_of(struct culprits *culprits, const char *path, enum tier *ret_tier)
{
	uint64_t key = fnv_text(FNV_START, path);
	const uint64_t *known = u64map_get(&culprits->tiers, key);
	enum tier tier = TIER_PROJECT;

	if (known != NULL) {
		*ret_tier = (enum tier) * known;
		return 0;
	}
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]) && tier == TIER_PROJECT; i++)
		if (fnmatch(runtimes[i].pattern, base_name(path), 0) == 0)
			tier = runtimes[i].tier;
	if (tier == TIER_PROJECT && is_packed(culprits, path))
		tier = TIER_RUNTIME;
	*ret_tier = tier;
	return u64map_put(&culprits->tiers, key, tier);
}

/* Both are as the compiler was told the file; one may lack the folder in front. */
static bool is_same_file(const char *left, const char *right)
{
	size_t left_size = strlen(left), right_size = strlen(right);
	const char *longer = left_size > right_size ? left : right;
	const char *shorter = left_size > right_size ? right : left;
	size_t more = strlen(longer) - strlen(shorter);

	return strcmp(longer + more, shorter) == 0 && (more == 0 || longer[more - 1] == '/');
}

static bool is_plumbing(const struct culprits *culprits, const char *file)
{
	char *const *at = culprits->plumbing;

	for (; file != NULL && at != NULL && *at != NULL; at++)
		if (is_same_file(*at, file))
			return true;
	return false;
}

/* Code made at run time is in no module, but where it has a name it is somebody's. */
static int frame_tier(struct culprits *culprits, const char *path, enum tier *ret_tier)
{
	const char *function = trace_query_text(culprits->frames, 2);
	const char *file = trace_query_text(culprits->frames, 3);
	int error = tier_of(culprits, perf_map_is(path) && function == NULL ? "" : path, ret_tier);

	if (error == 0 && *ret_tier == TIER_PROJECT &&
	    (matches(runtime_functions, function) || matches(runtime_files, file) ||
	     (culprits->with_plumbing && matches(runtime_waits, function)) ||
	     annotation_is(function, file) || (file == NULL && libc_function_is(function))))
		*ret_tier = TIER_RUNTIME;
	else if (error == 0 && *ret_tier == TIER_PROJECT && !culprits->with_plumbing &&
		 is_plumbing(culprits, file))
		*ret_tier = TIER_PLUMBING;
	return error;
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
	return best == TIER_RUNTIME || best == TIER_PLUMBING ? TIER_BASE : tier;
}

/* Not of the frames of the teller's file, if there is to be one: empty, it takes the first. */
static int judge(struct culprits *culprits, struct teller *teller, struct culprit *culprit)
{
	struct trace_query *frame = culprits->frames;
	enum tier best = TIER_NONE;
	uint64_t project_hash = FNV_START;
	uint64_t best_hash = 0;
	int project_frames = 0;
	bool is_in_loop = false;
	int more;

	memset(culprits->inner_fits, 0, culprits->lifelong_count * sizeof(bool));
	while ((more = trace_query_step(frame)) == 1) {
		const char *path = trace_query_text(frame, 0);
		enum tier tier;
		int error;

		culprit->lifelong |= matches(lifelong_functions, trace_query_text(frame, 2)) ||
				     is_lifelong(culprits, path, trace_query_text(frame, 2));
		if (project_frames == FINGERPRINT_FRAMES)
			continue;
		error = path != NULL ? frame_tier(culprits, path, &tier) : -ENOMEM;
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
			best_hash = hash_frame(FNV_START, frame, path);
			error = take_frame(culprit, frame);
		}
		if (error != 0)
			return error;
		if (tier == TIER_PROJECT) {
			project_hash = hash_frame(project_hash, frame, path);
			project_frames++;
		}
	}
	culprit->in_library = best < TIER_PROJECT;
	culprit->frames_hash = project_frames > 0 ? project_hash : best_hash;
	return more < 0 ? more : 0;
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
}

/* The one in known, or a new one. */
static int get(struct culprits *culprits, struct u64map *known, int64_t stack_id,
	       struct teller *teller, const struct culprit **ret_culprit)
{
	const uint64_t *found = u64map_get(known, (uint64_t)stack_id);
	struct culprit *culprit;
	int error;

	if (found != NULL) {
		*ret_culprit = (const struct culprit *)(uintptr_t)*found;
		return 0;
	}
	culprit = calloc(1, sizeof(*culprit));
	if (culprit == NULL)
		return -ENOMEM;
	trace_query_bind_int(culprits->frames, 1, stack_id);
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
