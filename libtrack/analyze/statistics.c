/* SPDX-License-Identifier: Apache-2.0 */
#include "statistics.h"

#include <base/fnv.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "word.h"

/* What lives of one statistic agree in. Compared as bytes: zero it before. */
struct key {
	int64_t birth_stack, death_stack;
	const char *class_name; /* interned */
	uint16_t birth_call, death_call;
	uint8_t kind, fd_class, ending;
	uint8_t nobodys; /* the end was nobody's act */
};

_Static_assert(sizeof(struct key) == 32, "padding would be compared");

struct statistic {
	struct statistic *next;	    /* of the same hash */
	struct statistic *previous; /* changed too; see listed */
	struct statistic *following;
	bool listed; /* among the changed ones */
	struct key key;
	struct trace_statistics row;
};

static void make_key(const struct statistics_book *book, const struct life *life,
		     struct key *ret_key)
{
	struct key key = {
		.birth_stack = life->birth_stack,
		.death_stack = life->death_stack,
		.class_name = life->class_name,
		.birth_call = life->birth_call,
		.death_call = life->death_call,
		.kind = life->kind,
		.fd_class = life->fd_class,
		.ending = life->ending,
		.nobodys = life->death_tid == 0,
	};

	if (book->count >= STATISTICS_MAX)
		key.death_stack = 0;
	if (book->count >= 2 * STATISTICS_MAX)
		key.birth_stack = 0;
	*ret_key = key;
}

static uint64_t hash_of(const struct key *key)
{
	uint64_t words[4], hash = FNV_START;

	memcpy(words, key, sizeof(words));
	for (size_t i = 0; i < 4; i++)
		hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull + (hash >> 32);
	return hash;
}

static struct statistic *find(const struct statistics *statistics, uint64_t hash,
			      const struct key *key)
{
	const uint64_t *known = u64map_get(&statistics->by_hash, hash);
	struct statistic *at = known != NULL ? (struct statistic *)(uintptr_t)*known : NULL;

	while (at != NULL && memcmp(&at->key, key, sizeof(*key)) != 0)
		at = at->next;
	return at;
}

static int make(struct statistics_book *book, struct image *image, const struct key *key,
		const struct life *life, struct statistic **ret_statistic)
{
	struct statistics *statistics = &image->statistics;
	uint64_t hash = hash_of(key);
	const uint64_t *known = u64map_get(&statistics->by_hash, hash);
	struct statistic *statistic = calloc(1, sizeof(*statistic));

	if (statistic == NULL)
		return -ENOMEM;
	statistic->next = known != NULL ? (struct statistic *)(uintptr_t)*known : NULL;
	if (u64map_put(&statistics->by_hash, hash, (uintptr_t)statistic) != 0) {
		free(statistic);
		return -ENOMEM;
	}
	statistic->key = *key;
	statistic->row = (struct trace_statistics){
		.process_id = image->id,
		.kind = word_kind(key->kind),
		.class_name = life_class(life),
		.birth_stack = key->birth_stack,
		.death_stack = key->death_stack,
		.birth_call = word_call(key->birth_call),
		.death_call = key->nobodys ? "" : word_call(key->death_call),
		.ending = life_ending_name(key->ending),
	};
	statistics->count++;
	book->count++;
	*ret_statistic = statistic;
	return 0;
}

static void list(struct statistics_book *book, struct statistic *statistic)
{
	if (statistic->listed)
		return;
	statistic->listed = true;
	statistic->previous = NULL;
	statistic->following = book->changed;
	if (book->changed != NULL)
		book->changed->previous = statistic;
	book->changed = statistic;
}

static void unlist(struct statistics_book *book, struct statistic *statistic)
{
	if (!statistic->listed)
		return;
	if (statistic->previous != NULL)
		statistic->previous->following = statistic->following;
	else
		book->changed = statistic->following;
	if (statistic->following != NULL)
		statistic->following->previous = statistic->previous;
	statistic->listed = false;
}

/* Counts come from the traced program: they stop at what the store can hold. */
static void add(uint64_t *sum, uint64_t value)
{
	*sum = value < INT64_MAX - *sum ? *sum + value : INT64_MAX;
}

static void subtract(uint64_t *sum, uint64_t value)
{
	*sum -= value < *sum ? value : *sum;
}

/* The sums that lengths and traffic go into; add or subtract. */
static void apply(struct trace_statistics *row, const struct life *life,
		  void (*step)(uint64_t *sum, uint64_t value))
{
	step(&row->count, 1);
	step(&row->total_ns, life_length_ns(life));
	if (!life->has_traffic)
		return;
	step(&row->traffic_count, 1);
	step(&row->out_count, life->traffic.out_count);
	step(&row->in_count, life->traffic.in_count);
	step(&row->out_bytes, life->traffic.out_bytes);
	step(&row->in_bytes, life->traffic.in_bytes);
}

static void widen(struct trace_statistics *row, const struct life *life)
{
	uint64_t length_ns = life_length_ns(life);
	bool first = row->count == 0;

	if (first || length_ns < row->min_ns)
		row->min_ns = length_ns;
	if (first || length_ns > row->max_ns)
		row->max_ns = length_ns;
	if (first || life->birth_ns < row->first_birth_ns)
		row->first_birth_ns = life->birth_ns;
	if (first || life->death_ns > row->last_death_ns)
		row->last_death_ns = life->death_ns;
}

int statistics_add(struct statistics_book *book, struct image *image, const struct life *life,
		   struct statistic **ret_statistic)
{
	struct statistic *statistic;
	struct key key;
	int error = 0;

	make_key(book, life, &key);
	statistic = find(&image->statistics, hash_of(&key), &key);
	if (statistic == NULL)
		error = make(book, image, &key, life, &statistic);
	if (error != 0)
		return error;
	widen(&statistic->row, life);
	apply(&statistic->row, life, add);
	list(book, statistic);
	*ret_statistic = statistic;
	return 0;
}

void statistics_subtract(struct statistics_book *book, struct statistic *statistic,
			 const struct life *life)
{
	apply(&statistic->row, life, subtract);
	list(book, statistic);
}

int statistics_write(struct statistics_book *book)
{
	while (book->changed != NULL) {
		int error = trace_put_statistics(book->trace, &book->changed->row);

		if (error != 0)
			return error;
		unlist(book, book->changed);
	}
	return 0;
}

void statistics_finish(struct statistics *statistics, struct statistics_book *book)
{
	size_t cursor = 0;
	uint64_t hash, value;

	while (u64map_next(&statistics->by_hash, &cursor, &hash, &value)) {
		struct statistic *at = (struct statistic *)(uintptr_t)value;

		while (at != NULL) {
			struct statistic *next = at->next;

			unlist(book, at);
			free(at);
			at = next;
		}
	}
	u64map_finish(&statistics->by_hash);
	book->count -= statistics->count;
	statistics->count = 0;
}
