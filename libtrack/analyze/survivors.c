/* SPDX-License-Identifier: Apache-2.0 */
#include "survivors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

#include "word.h"

/* Whether anything belongs to anything. */
static const char any_sql[] =
	"SELECT 1 FROM resource WHERE kind NOT IN ('fd', 'thread') OR owner_id IS NOT NULL "
	"OR hint_id IS NOT NULL LIMIT 1";

/* Of a process that runs on, the end is the last that was seen. */
static const char now_sql[] = "SELECT max(coalesce((SELECT max(birth_ns) FROM resource), 0), "
			      "coalesce((SELECT max(death_ns) FROM resource), 0), "
			      "coalesce((SELECT max(closed_ns) FROM resource), 0), "
			      "coalesce((SELECT max(time_ns) FROM mark), 0), "
			      "coalesce((SELECT max(end_ns) FROM process), 0), "
			      "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = "
			      "'ended_ns'), 0))";

/*
 * Those alive, what they belong to, and who refers to them. A detached thread may
 * run until the end unless it belongs to something; an exec's end is no leak; standard
 * streams are meant to stay.
 */
static const char lives_sql[] =
	"WITH RECURSIVE wanted(id) AS ("
	"SELECT r.id FROM resource r JOIN process p ON p.id = r.process_id "
	"WHERE (r.death_ns IS NULL OR r.ending = 'done') AND p.end <> 'exec' "
	"UNION SELECT r.owner_id FROM wanted w JOIN resource r ON r.id = w.id "
	"WHERE r.owner_id IS NOT NULL "
	"UNION SELECT r.hint_id FROM wanted w JOIN resource r ON r.id = w.id "
	"WHERE r.hint_id IS NOT NULL "
	"UNION SELECT f.holder_id FROM wanted w JOIN reference f ON f.resource_id = w.id "
	"WHERE f.holder_id IS NOT NULL) "
	"SELECT r.id, r.process_id, r.kind, r.class, r.name, r.subject, r.birth_stack, "
	"r.death_stack, r.birth_ns, r.death_ns, r.ending IS 'done' AND r.kind = 'thread', "
	"p.end_ns, p.end = 'exit', r.traits, r.refs, r.fires, r.woken, r.cancelled, r.close_ns, "
	"r.closed_ns, r.close_tid, r.close_stack, r.inherited = 0 AND r.earlier = 0 AND p.end <> "
	"'exec' AND NOT "
	"(r.ending IS 'detached' AND r.owner_id IS NULL) AND NOT (r.kind = 'fd' AND r.subject <= "
	"2), coalesce(p.code, 0) <> 0 "
	"FROM wanted w JOIN resource r ON r.id = w.id JOIN process p ON p.id = r.process_id "
	"ORDER BY r.birth_ns, r.id";

static const char relations_sql[] = "SELECT owner_id, hint_id FROM resource WHERE id = ?1";

static const char references_sql[] =
	"SELECT resource_id, holder_id, holder_kind, tag, waker, stack_id, retained, released "
	"FROM reference WHERE retained > released ORDER BY resource_id, first_ns, id";

static const char released_sql[] =
	"SELECT resource_id, released_stack, max(last_ns) FROM reference WHERE retained = released "
	"AND waker = 0 AND released_stack IS NOT NULL GROUP BY resource_id";

/* clang-format off */
static const struct {
	const char *name;
	unsigned trait;
} traits[] = {
#define ANALYZE_TRAIT(trait, name) {name, trait},
#include "traits.def"
	{WORD_TRAIT_LEFT, SURVIVOR_LEFT},
	{WORD_TRAIT_REFUSED, SURVIVOR_REFUSED},
};
/* clang-format on */

static unsigned read_traits(const char *text)
{
	unsigned result = 0;

	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, ",");

		for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
			if (strlen(traits[i].name) == length &&
			    strncmp(traits[i].name, text, length) == 0)
				result |= traits[i].trait;
		text += length + (text[length] == ',');
	}
	return result;
}

static int64_t int_or(struct trace_query *query, int column, int64_t otherwise)
{
	return trace_query_null(query, column) ? otherwise : trace_query_int(query, column);
}

static int copy(const char *text, char **ret_copy)
{
	*ret_copy = text != NULL ? strdup(text) : NULL;
	return text != NULL && *ret_copy == NULL ? -ENOMEM : 0;
}

/* Room for one more; items of size bytes. */
static int grow(void **items, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity != 0 ? *capacity * 2 : 64;
	void *grown;

	if (count < *capacity)
		return 0;
	grown = realloc(*items, wanted * size);
	if (grown == NULL)
		return -ENOMEM;
	*items = grown;
	*capacity = wanted;
	return 0;
}

static void read_survivor(struct trace_query *row, uint64_t now_ns, struct survivor *survivor)
{
	const char *kind = trace_query_text(row, 2);

	*survivor = (struct survivor){
		.id = trace_query_int(row, 0),
		.process_id = trace_query_int(row, 1),
		.subject = (uint64_t)trace_query_int(row, 5),
		.birth_stack = trace_query_int(row, 6),
		.death_stack = trace_query_int(row, 7),
		.birth_ns = (uint64_t)trace_query_int(row, 8),
		.ended = trace_query_int(row, 10) != 0,
		.end_ns = (uint64_t)int_or(row, 11, (int64_t)now_ns),
		.in_order = trace_query_int(row, 12) != 0,
		.failed = trace_query_int(row, 23) != 0,
		.traits = read_traits(trace_query_text(row, 13)),
		.refs = int_or(row, 14, -1),
		.fires = int_or(row, 15, -1),
		.woken = int_or(row, 16, -1),
		.cancelled = trace_query_int(row, 17) != 0,
		.close_ns = (uint64_t)trace_query_int(row, 18),
		.closed_ns = (uint64_t)trace_query_int(row, 19),
		.close_tid = (uint32_t)trace_query_int(row, 20),
		.close_stack = trace_query_int(row, 21),
		.owner = SURVIVOR_NONE,
		.hint = SURVIVOR_NONE,
		.outlived = SURVIVOR_NONE,
		.unclosed = SURVIVOR_NONE,
	};
	survivor->judged_ns = survivor->end_ns;
	survivor->over_ns = survivor->ended ? 0 : (uint64_t)trace_query_int(row, 9);
	survivor->kind = word_kind_number(kind != NULL ? kind : "");
	survivor->judged = trace_query_int(row, 22) != 0 && survivor->over_ns == 0 &&
			   survivor->kind < TRACK_KIND__COUNT &&
			   (survivor->traits & TRACK_PROCESS_LIFE) == 0;
}

static int add_survivor(struct survivors *survivors, struct trace_query *row)
{
	struct survivor *survivor;
	int error = grow((void **)&survivors->items, survivors->count, &survivors->capacity,
			 sizeof(*survivors->items));

	if (error != 0)
		return error;
	survivor = &survivors->items[survivors->count++];
	read_survivor(row, survivors->now_ns, survivor);
	error = copy(trace_query_text(row, 3), &survivor->class_name);
	if (error == 0)
		error = copy(trace_query_text(row, 4), &survivor->name);
	if (error == 0 && survivor->class_name == NULL)
		error = -EINVAL;
	return error != 0 ? error
			  : u64map_put(&survivors->by_id, (uint64_t)survivor->id,
				       survivors->count - 1);
}

size_t survivors_find(const struct survivors *survivors, int64_t id)
{
	const uint64_t *known = u64map_get(&survivors->by_id, (uint64_t)id);

	return known != NULL ? *known : SURVIVOR_NONE;
}

static int relate(struct survivors *survivors, struct trace *trace)
{
	struct trace_query *query;
	int error = trace_query(trace, relations_sql, &query);

	if (error != 0)
		return error;
	for (size_t i = 0; i < survivors->count && error >= 0; i++) {
		struct survivor *survivor = &survivors->items[i];

		trace_query_bind_int(query, 1, survivor->id);
		error = trace_query_step(query);
		if (error == 1) {
			survivor->owner = survivors_find(survivors, trace_query_int(query, 0));
			survivor->hint = survivors_find(survivors, trace_query_int(query, 1));
		}
		trace_query_reset(query);
	}
	trace_query_destroy(query);
	return error < 0 ? error : 0;
}

static int add_reference(struct survivors *survivors, struct trace_query *row)
{
	size_t about = survivors_find(survivors, trace_query_int(row, 0));
	struct survivor_reference *reference;
	struct survivor *survivor;
	int error;

	if (about == SURVIVOR_NONE)
		return 0;
	error = grow((void **)&survivors->references, survivors->reference_count,
		     &survivors->reference_capacity, sizeof(*survivors->references));
	if (error != 0)
		return error;
	reference = &survivors->references[survivors->reference_count];
	*reference = (struct survivor_reference){
		.about = about,
		.holder = trace_query_null(row, 1)
				  ? SURVIVOR_NONE
				  : survivors_find(survivors, trace_query_int(row, 1)),
		.by_nobody = trace_query_null(row, 2),
		.waker = trace_query_int(row, 4) != 0,
		.stack_id = trace_query_int(row, 5),
		.retained = (uint64_t)trace_query_int(row, 6),
		.released = (uint64_t)trace_query_int(row, 7),
	};
	survivor = &survivors->items[about];
	if (survivor->reference_count++ == 0)
		survivor->first_reference = survivors->reference_count;
	survivors->reference_count++;
	return copy(trace_query_text(row, 3), &reference->tag);
}

static int add_released(struct survivors *survivors, struct trace_query *row)
{
	size_t about = survivors_find(survivors, trace_query_int(row, 0));

	if (about != SURVIVOR_NONE)
		survivors->items[about].released_stack = trace_query_int(row, 1);
	return 0;
}

static int load(struct survivors *survivors, struct trace *trace, const char *sql,
		int (*add)(struct survivors *survivors, struct trace_query *row))
{
	struct trace_query *query;
	int more = trace_query(trace, sql, &query);

	if (more != 0)
		return more;
	while ((more = trace_query_step(query)) == 1) {
		more = add(survivors, query);
		if (more != 0)
			break;
	}
	trace_query_destroy(query);
	return more;
}

/* The first column of the only row, as a number; 0 if there is none. */
static int ask(struct trace *trace, const char *sql, uint64_t *ret_value)
{
	struct trace_query *query;
	int more = trace_query(trace, sql, &query);

	if (more != 0)
		return more;
	*ret_value = 0;
	more = trace_query_step(query);
	if (more == 1)
		*ret_value = (uint64_t)trace_query_int(query, 0);
	trace_query_destroy(query);
	return more < 0 ? more : 0;
}

int survivors_load(struct survivors *survivors, struct trace *trace)
{
	uint64_t any = 0;
	int error = ask(trace, any_sql, &any);

	if (error != 0 || any == 0)
		return error;
	error = ask(trace, now_sql, &survivors->now_ns);
	if (error == 0)
		error = load(survivors, trace, lives_sql, add_survivor);
	if (error == 0)
		error = relate(survivors, trace);
	if (error == 0)
		error = load(survivors, trace, references_sql, add_reference);
	return error != 0 ? error : load(survivors, trace, released_sql, add_released);
}

void survivors_finish(struct survivors *survivors)
{
	for (size_t i = 0; i < survivors->count; i++) {
		free(survivors->items[i].class_name);
		free(survivors->items[i].name);
	}
	for (size_t i = 0; i < survivors->reference_count; i++)
		free(survivors->references[i].tag);
	free(survivors->items);
	free(survivors->references);
	u64map_finish(&survivors->by_id);
	*survivors = (struct survivors){0};
}
