/* SPDX-License-Identifier: Apache-2.0 */
/* Relations as nobody would make them: whatever belongs to or holds whatever, each is told once. */
#include "rows.inc.c"

enum { THINGS = 24, ROUNDS = 150 };

static uint32_t state;

/* Numerical Recipes' generator: the same in every run. */
static uint32_t roll(uint32_t sides)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % sides;
}

static int64_t any(int64_t first)
{
	return first + roll(THINGS);
}

static void make_thing(int number)
{
	static const char *const kinds[] = {"fd",   "thread", "object", "callback",
					    "task", "timer",  "scope"};
	static const char *const traits[] = {NULL, "one-shot", "must-close", "process-life"};
	char class_name[16];
	struct row row = {.kind = kinds[roll(7)], .class_name = class_name, .made_in = "f"};

	snprintf(class_name, sizeof(class_name), "C%d", number);
	row.traits = traits[roll(4)];
	row.woken = roll(2);
	row.refs = roll(3);
	if (roll(4) == 0)
		row.died = 20 * SECOND;
	if (strcmp(row.kind, "scope") == 0 && roll(2) == 0)
		row.close = 30 * SECOND;
	row.closed = roll(3) != 0 ? row.close : 0;
	put(row);
}

static void relate(int64_t first)
{
	char sql[128];

	for (int i = 0; i < THINGS; i++) {
		const char *column = roll(3) != 0 ? "owner_id" : "hint_id";

		if (roll(2) == 0)
			continue;
		snprintf(sql, sizeof(sql), "UPDATE resource SET %s = %lld WHERE id = %lld", column,
			 (long long)any(first), (long long)(first + i));
		cr_assert_eq(trace_execute(trace, sql), 0);
	}
	for (int i = 0; i < THINGS; i++)
		if (roll(3) == 0)
			waker(any(first), any(first));
		else
			hold(any(first), any(first), "tag", 1 + roll(3), roll(2), "g");
}

Test(relations, of_any_shape_are_judged_and_told_once)
{
	char before[4096];

	for (state = 1; state < ROUNDS; state++) {
		uint32_t seed = state;
		int64_t first;

		rows_begin();
		for (int i = 0; i < THINGS; i++)
			make_thing(i);
		first = 1;
		relate(first);
		judge();
		expect("SELECT resource_id FROM evidence WHERE role = 'created at' "
		       "GROUP BY resource_id HAVING count(*) > 1",
		       "none");
		snprintf(before, sizeof(before), "%s",
			 ask("SELECT fingerprint || state || message FROM finding ORDER BY rank"));
		judge();
		expect("SELECT fingerprint || state || message FROM finding ORDER BY rank", before);
		rows_end();
		state = seed;
	}
}

/* A chain, and all of it held by everybody: no more than a moment each. */
Test(relations, of_many_things_are_judged_in_time)
{
	static const char chain[] =
		"INSERT INTO resource (process_id, kind, class, subject, generation, birth_ns, "
		"birth_tid, birth_call, inherited, owner_id) WITH RECURSIVE n(i) AS (SELECT 2 "
		"UNION "
		"ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT 1, 'object', 'Link', i, 1, i, 1, "
		"'', 0, i - 1 FROM n";
	static const char holds[] =
		"INSERT INTO reference (resource_id, holder_id, waker, retained, released, "
		"first_ns, "
		"last_ns) WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE "
		"i < 30000) SELECT i, 30002 - i, 0, 1, 0, 1, 1 FROM n";

	within_cpu_seconds(60);
	rows_begin();
	CLOSED_CONNECTION;
	cr_assert_eq(trace_execute(trace, chain), 0);
	cr_assert_eq(trace_execute(trace, holds), 0);
	judge();
	expect("SELECT count(*) FROM finding", "1");
	rows_end();
}
