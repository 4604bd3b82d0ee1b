/* SPDX-License-Identifier: Apache-2.0 */
#include "tier.h"

#include <base/annotation.h>
#include <base/fnv.h>
#include <base/perf_map.h>
#include <stddef.h>

#include "libc_function.h"

/* clang-format off */
static const unsigned frames_of[] = {
#define TIER(id, frames) [TIER_##id] = frames,
	TIERS(TIER)
#undef TIER
};

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

static char *const installed[] = {
#define ANALYZE_INSTALLED(pattern, what) pattern,
#include "runtime.def"
	NULL
};

static char *const runtime_waits[] = {
#define ANALYZE_RUNTIME_WAIT(pattern, what) pattern,
#include "runtime.def"
	NULL
};

/* clang-format on */

unsigned tier_frames(enum tier tier)
{
	return frames_of[tier];
}

static bool is_program(const struct culprits *culprits, const char *path)
{
	char *const *program = culprits->programs;

	for (; program != NULL && *program != NULL; program++)
		if (strcmp(*program, path) == 0)
			return true;
	return false;
}

/* A pack of a program itself tells of its functions; who else would be to blame? */
static bool is_packed(const struct culprits *culprits, const char *path)
{
	return matches(culprits->packed, base_name(path)) && !is_program(culprits, path);
}

static int tier_of_module(struct culprits *culprits, const char *path, enum tier *ret_tier)
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

/* Without what leads out of the folder of a build, of which debug information knows the name. */
static const char *below_build(const char *file)
{
	while (strncmp(file, "../", 3) == 0 || strncmp(file, "./", 2) == 0)
		file = strchr(file, '/') + 1;
	return file;
}

/* Both are as the compiler was told the file; one may lack the folder in front. */
static bool is_same_file(const char *left, const char *right)
{
	size_t left_size, right_size, more;
	const char *longer, *shorter;

	left = below_build(left);
	right = below_build(right);
	left_size = strlen(left);
	right_size = strlen(right);
	longer = left_size > right_size ? left : right;
	shorter = left_size > right_size ? right : left;
	more = strlen(longer) - strlen(shorter);
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

static enum tier tier_of_script(const char *file)
{
	if (matches(installed, file))
		return TIER_INSTALLED;
	return matches(runtime_files, file) ? TIER_RUNTIME_SCRIPT : TIER_PROJECT;
}

/* Compiled, in a module that is no runtime's by its name. */
static enum tier tier_of_code(const struct culprits *culprits, const char *path,
			      const char *function, const char *file)
{
	if (matches(runtime_functions, function) || matches(runtime_files, file) ||
	    (culprits->with_plumbing && matches(runtime_waits, function)) ||
	    annotation_is(function, file) || (file == NULL && libc_function_is(function)))
		return TIER_RUNTIME;
	if (culprits->in_script && is_program(culprits, path))
		return TIER_RUNTIME;
	if (culprits->in_script && matches(installed, path))
		return TIER_INSTALLED;
	return !culprits->with_plumbing && is_plumbing(culprits, file) ? TIER_PLUMBING
								       : TIER_PROJECT;
}

/* Code made at run time is in no module, but where it has a name it is somebody's. */
int tier_of_frame(struct culprits *culprits, const char *path, enum tier *ret_tier)
{
	const char *function = trace_query_text(culprits->frames, 2);
	const char *file = trace_query_text(culprits->frames, 3);
	bool made = perf_map_is(path);
	int error = tier_of_module(culprits, made && function == NULL ? "" : path, ret_tier);

	if (error != 0 || *ret_tier != TIER_PROJECT)
		return error;
	*ret_tier = made && file != NULL && *file != '\0'
			    ? tier_of_script(file)
			    : tier_of_code(culprits, path, function, file);
	return 0;
}
