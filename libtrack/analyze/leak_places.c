/* SPDX-License-Identifier: Apache-2.0 */
#include "leak_places.h"

#include <base/fnv.h>
#include <string.h>

/* Of one purpose, since one is given back for the purpose for which it was taken. */
static const char places_sql[] = "SELECT r.stack_id, r.released_stack, r.retained, r.released, "
#define CALLER(stack)                                                                              \
	"(SELECT l.path FROM stack_frame s JOIN location l ON l.id = s.location_id "               \
	"WHERE s.stack_id = r." stack " ORDER BY s.position LIMIT 1)"
	CALLER("stack_id") ", " CALLER(
		"released_stack") " FROM reference r "
#undef CALLER
				  "WHERE r.resource_id = ?1 AND r.waker = 0 AND r.holder_kind IS "
				  "NULL AND r.tag IS "
				  "(SELECT tag FROM reference WHERE resource_id = ?1 AND waker = 0 "
				  "AND holder_kind IS NULL "
				  "AND retained > released ORDER BY first_ns, id LIMIT 1) "
				  "ORDER BY r.first_ns DESC, r.id";

/* How well the place of a release fits one where a reference was taken. */
enum { FITS_NOT, FITS_FILE, FITS_FUNCTION };

static uint64_t hash_text(const char *text)
{
	return text != NULL ? fnv_text(FNV_START, text) : 0;
}

static void add(struct leak_places *places, struct trace_query *row, int64_t birth_stack)
{
	struct leak_place place = {
		.stack = trace_query_int(row, 0),
		.released_stack = trace_query_int(row, 1),
		.retained = (uint64_t)trace_query_int(row, 2),
		.released = (uint64_t)trace_query_int(row, 3),
		.module = hash_text(trace_query_text(row, 4)),
		.released_module = hash_text(trace_query_text(row, 5)),
	};

	if (place.released > place.retained) /* no trace of ours says so */
		place.released = place.retained;
	if (places->count < LEAK_PLACES_MAX)
		places->items[places->count++] = place;
	else if (place.stack == birth_stack) /* the oldest, and worth a place */
		places->items[LEAK_PLACES_MAX - 1] = place;
}

static int read(const struct leaks *leaks, size_t index, struct leak_places *places)
{
	const struct survivor *survivor = leaks_at(leaks, index);
	struct trace_query *row;
	int more = trace_query(leaks->trace, places_sql, &row);

	if (more != 0)
		return more;
	trace_query_bind_int(row, 1, survivor->id);
	while ((more = trace_query_step(row)) == 1)
		add(places, row, survivor->birth_stack);
	trace_query_destroy(row);
	return more;
}

static bool has_left(const struct leak_places *places, uint64_t module)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].retained > places->items[i].released &&
		    places->items[i].module == module)
			return true;
	return false;
}

/* What a module took and gave back itself has no part in what another's is left. */
static void leave_out_paired(struct leak_places *places)
{
	size_t kept = 0;

	for (size_t i = 0; i < places->count; i++) {
		const struct leak_place *place = &places->items[i];

		if (place->retained > place->released || place->module == 0 ||
		    place->module != place->released_module || has_left(places, place->module))
			places->items[kept++] = *place;
	}
	places->count = kept;
}

/* Whether the program's own code took it there, and no library for it. */
static int find_direct(const struct leaks *leaks, struct leak_place *place)
{
	const struct culprit *culprit;
	int error = culprits_get(leaks->culprits, place->stack, &culprit);

	if (error == 0)
		place->direct = place->module == hash_text(culprit->module);
	return error;
}

/*
 * The places of the program, those that seem left, and where it was made. What a library takes
 * beside, it gives back: where the program took none more, there is nothing to choose from.
 */
static int leave_out_inner(const struct leaks *leaks, struct leak_places *places,
			   int64_t birth_stack)
{
	size_t kept = 0;
	bool any = false;
	int error = 0;

	for (size_t i = 0; i < places->count && error == 0; i++) {
		struct leak_place *place = &places->items[i];

		error = find_direct(leaks, place);
		any |= place->direct && place->stack != birth_stack;
		if (place->direct || place->stack == birth_stack ||
		    place->retained > place->released)
			places->items[kept++] = *place;
	}
	places->count = any ? kept : 0;
	return error;
}

static bool is_same(const char *left, const char *right)
{
	return left != NULL && right != NULL && strcmp(left, right) == 0;
}

static unsigned fit(const struct culprit *taken, const struct culprit *released)
{
	if (!is_same(taken->module, released->module))
		return FITS_NOT;
	if (is_same(taken->function, released->function))
		return FITS_FUNCTION;
	return is_same(taken->file, released->file) ? FITS_FILE : FITS_NOT;
}

/*
 * The one that was given back there: taken in the same function, or else in the same file; of equal
 * ones the maker's, or else the oldest.
 */
static int credit(const struct leaks *leaks, struct leak_places *places, int64_t birth_stack,
		  int64_t released_stack)
{
	const struct culprit *released, *taken;
	struct leak_place *best = NULL;
	unsigned best_score = 0;
	int error = culprits_get(leaks->culprits, released_stack, &released);

	for (size_t i = 0; i < places->count && error == 0; i++) {
		struct leak_place *place = &places->items[i];
		unsigned score;

		if (place->retained == place->released)
			continue;
		error = culprits_get(leaks->culprits, place->stack, &taken);
		if (error != 0)
			break;
		score = 2 * fit(taken, released) + (place->stack == birth_stack);
		if (best == NULL || score >= best_score) {
			best = place;
			best_score = score;
		}
	}
	if (error == 0 && best != NULL)
		best->released++;
	return error;
}

/*
 * Which were given back, anew: until now the last one taken was. Of several that were taken at one
 * place it is known of the last only where it was given back: the others were its own.
 */
static int credit_all(const struct leaks *leaks, struct leak_places *places, int64_t birth_stack)
{
	struct leak_place given[LEAK_PLACES_MAX];
	int error = 0;

	memcpy(given, places->items, sizeof(given));
	for (size_t i = 0; i < places->count; i++)
		places->items[i].released = 0;
	for (size_t i = 0; i < places->count && error == 0; i++) {
		uint64_t alone = given[i].released > 1 ? given[i].released - 1 : 0;

		places->items[i].released += alone;
		given[i].released -= alone;
	}
	for (size_t i = 0; i < places->count && error == 0; i++)
		if (given[i].released > 0)
			error = credit(leaks, places, birth_stack, given[i].released_stack);
	return error;
}

/* Where it was made, if that one may be left; else where one more was taken. */
static void blame(struct leak_places *places, int64_t birth_stack)
{
	int64_t direct = 0, any = 0;

	for (size_t i = 0; i < places->count; i++) {
		const struct leak_place *place = &places->items[i];

		if (place->retained <= place->released)
			continue;
		if (place->stack == birth_stack)
			any = direct = birth_stack;
		if (any == 0)
			any = place->stack;
		if (direct == 0 && place->direct)
			direct = place->stack;
	}
	places->blamed = direct != 0 ? direct : any;
}

static bool may_be_unclear(const struct leaks *leaks, const struct survivor *survivor)
{
	bool given_back = survivor->released_stack != 0;

	for (size_t i = 0; i < survivor->reference_count; i++)
		given_back |=
			leaks->survivors.references[survivor->first_reference + i].released > 0;
	return (survivor->traits & TRACK_FROM_PACK) != 0 && survivor->reference_count > 0 &&
	       given_back;
}

int leak_places_find(const struct leaks *leaks, size_t index, struct leak_places *ret_places)
{
	const struct survivor *survivor = leaks_at(leaks, index);
	uint64_t released = 0;
	int error;

	*ret_places = (struct leak_places){0};
	if (!may_be_unclear(leaks, survivor))
		return 0;
	error = read(leaks, index, ret_places);
	leave_out_paired(ret_places);
	if (error == 0)
		error = leave_out_inner(leaks, ret_places, survivor->birth_stack);
	for (size_t i = 0; i < ret_places->count; i++) {
		ret_places->taken += ret_places->items[i].retained;
		released += ret_places->items[i].released;
	}
	ret_places->left = ret_places->taken - released;
	if (ret_places->count < 2 || released == 0)
		ret_places->count = 0;
	if (error != 0 || ret_places->count == 0)
		return error;
	error = credit_all(leaks, ret_places, survivor->birth_stack);
	blame(ret_places, survivor->birth_stack);
	return error;
}
