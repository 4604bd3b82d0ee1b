/* SPDX-License-Identifier: Apache-2.0 */
/* Any events in any order, as a broken or hostile program may tell them: judged without harm. */
#include "script.inc.c"

#include <track/track.h>

TestSuite(hostile, .init = play_begin, .fini = play_close);

enum { SUBJECTS = 12, TEXTS = 4, EVENTS = 30000, THREADS = 3 };

static uint64_t state;

/* Marsaglia, "Xorshift RNGs" (2003): the same in every run. */
static uint64_t draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static void any_event(void)
{
	static const uint64_t args[] = {
		0,	     TRACK_ONE_SHOT, TRACK_QUIET | TRACK_MUST_CLOSE,
		TRACK_WAKER, TRACK_RETURNED, TRACK_PROCESS_LIFE,
		UINT64_MAX,
	};
	struct track_relation relation = {
		.other = draw(SUBJECTS),
		.text = draw(TEXTS + 2),
		.other_kind = (uint8_t)draw(TRACK_KIND__COUNT),
	};
	uint8_t op = (uint8_t)draw(TRACK_OP__COUNT), kind = (uint8_t)draw(TRACK_KIND__COUNT);
	/* What the collector would not let through. */
	bool related = op >= TRACK_OP_RETAIN || kind > TRACK_KIND_THREAD;
	bool has_data = related && draw(4) != 0;

	play_event((struct collect_event){
		.op = op,
		.kind = kind,
		.subject = draw(SUBJECTS),
		.arg = related ? args[draw(sizeof(args) / sizeof(args[0]))] : 0,
		.stack = draw(TEXTS),
		.tid = PID + (uint32_t)draw(THREADS),
		.data = has_data ? &relation : NULL,
		.data_bytes = sizeof(relation) * has_data,
	});
}

static void any_standings(void)
{
	struct track_held held[3];
	struct collect_standing threads[THREADS + 1];
	struct track_waker waker = {
		.subject = draw(SUBJECTS), .caller = draw(SUBJECTS), .tid = PID};
	struct track_lock_order order = {.first = draw(SUBJECTS), .first_caller = UINT64_MAX};

	for (size_t i = 0; i < 3; i++)
		held[i] = (struct track_held){.lock = draw(SUBJECTS),
					      .caller = draw(2) * UINT64_MAX,
					      .mode = TRACK_WAIT_MUTEX};
	for (size_t i = 0; i <= THREADS; i++)
		threads[i] = (struct collect_standing){
			.tid = PID + (uint32_t)draw(THREADS),
			.wait = (enum track_wait)draw(TRACK_WAIT__COUNT),
			.subject = draw(SUBJECTS),
			.stack = draw(TEXTS + 2),
			.held = held,
			.held_count = draw(4),
		};
	cr_assert_eq(play.sink->standings(play.sink->ctx, 0,
					  &(struct collect_standings){.time_ns = play.now_ns,
								      .goes_on = draw(2) != 0,
								      .threads = threads,
								      .thread_count = THREADS + 1,
								      .wakers = &waker,
								      .waker_count = 1,
								      .orders = &order,
								      .order_count = 1}),
		     0, "%s", trace_error(play.trace));
}

static void play_any(uint64_t seed)
{
	state = seed;
	for (uint64_t i = 1; i < TEXTS; i++)
		cr_assert_eq(play.sink->text(play.sink->ctx, 0, i, i == 1 ? "Connection" : "tag"),
			     0);
	for (uint64_t i = 1; i < TEXTS; i++)
		play_stack(i);
	for (int i = 0; i < EVENTS; i++) {
		any_event();
		if (i % 1000 == 0)
			play_flush();
		if (i % 5000 == 0) {
			play_mark("session");
			any_standings();
		}
	}
	any_standings();
	play_end(COLLECT_END_EXIT);
	play_judge();
}

Test(hostile, any_events_are_judged)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		play_any(seed * 0x9e3779b97f4a7c15u);
		play_close();
		play_begin();
	}
}
