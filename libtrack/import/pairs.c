/* SPDX-License-Identifier: Apache-2.0 */
#include "pairs.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"

enum { HOLDS_SEARCHED = 64 }; /* functions that hold one object, the last ones first */

/* So many references to one object, taken by one function. */
struct hold {
	uint32_t before; /* an index of holds, and one; 0: none */
	uint32_t tag, count;
};

struct pairs {
	struct log *log;
	struct hold *holds;
	size_t count, capacity;
	uint32_t *last;	       /* by life: an index of holds, and one; 0: nothing holds it */
	struct u64map learned; /* who released, and who took it -> how often */
};

static uint64_t key_of(uint32_t by, uint32_t tag)
{
	return (uint64_t)by << 32 | tag;
}

static uint64_t learned(const struct pairs *pairs, uint32_t by, uint32_t tag)
{
	const uint64_t *times = u64map_get(&pairs->learned, key_of(by, tag));

	return times != NULL ? *times : 0;
}

static struct hold *hold_at(const struct pairs *pairs, uint32_t at)
{
	return &pairs->holds[at - 1];
}

/* Those that hold nothing any more are left out at the end of the list. */
static void drop_empty(struct pairs *pairs, uint32_t *last)
{
	while (*last != 0 && hold_at(pairs, *last)->count == 0)
		*last = hold_at(pairs, *last)->before;
}

static int take(struct pairs *pairs, struct log_record *record)
{
	uint32_t *last = &pairs->last[record->life], at = *last;
	int error;

	record->tag = record->by;
	for (unsigned i = 0; i < HOLDS_SEARCHED && at != 0; i++, at = hold_at(pairs, at)->before)
		if (hold_at(pairs, at)->tag == record->tag) {
			hold_at(pairs, at)->count++;
			return 0;
		}
	error = array_grow((void **)&pairs->holds, pairs->count, &pairs->capacity,
			   sizeof(*pairs->holds));
	if (error != 0)
		return error;
	pairs->holds[pairs->count++] =
		(struct hold){.before = *last, .tag = record->tag, .count = 1};
	*last = (uint32_t)pairs->count;
	return 0;
}

/* What it took itself, else what it gave back before of others, else what was taken last. */
static void give_back(struct pairs *pairs, struct log_record *record)
{
	uint32_t *last = &pairs->last[record->life], at;
	struct hold *best = NULL;
	uint64_t most = 0;

	drop_empty(pairs, last);
	at = *last;
	for (unsigned i = 0; i < HOLDS_SEARCHED && at != 0; i++, at = hold_at(pairs, at)->before) {
		struct hold *hold = hold_at(pairs, at);
		uint64_t times = hold->tag == record->by ? UINT64_MAX
							 : learned(pairs, record->by, hold->tag);

		if (hold->count > 0 && (best == NULL || times > most)) {
			best = hold;
			most = times;
		}
	}
	if (best == NULL)
		return;
	best->count--;
	record->tag = best->tag;
}

static int learn(struct pairs *pairs, const struct log_record *record)
{
	return u64map_put(&pairs->learned, key_of(record->by, record->tag),
			  learned(pairs, record->by, record->tag) + 1);
}

/* All records of the lives that ended, or of those that did not. */
static int pass(struct pairs *pairs, bool alive)
{
	int error = 0;

	for (size_t i = 0; i < pairs->log->record_count && error == 0; i++) {
		struct log_record *record = &pairs->log->records[i];

		if (pairs->log->lives[record->life].alive != alive)
			continue;
		if (record->op == LOG_RETAIN)
			error = take(pairs, record);
		if (record->op != LOG_RELEASE)
			continue;
		give_back(pairs, record);
		if (!alive)
			error = learn(pairs, record);
	}
	return error;
}

int pairs_find(struct log *log)
{
	struct pairs pairs = {
		.log = log,
		.last = calloc(log->life_count + 1, sizeof(*pairs.last)),
	};
	int error = pairs.last != NULL ? pass(&pairs, false) : -ENOMEM;

	if (error == 0)
		error = pass(&pairs, true);
	free(pairs.last);
	free(pairs.holds);
	u64map_finish(&pairs.learned);
	return error;
}
