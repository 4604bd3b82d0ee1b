/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks that are known again, losses that are counted, and that nothing stays. */
#include "play.inc.c"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/socket.h>

static const struct engine_options small = {
	.ring_bytes = 64 << 10, .snapshot_bytes = 4096, .stack_depth = 64};
static const struct engine_options without_stacks = {.ring_bytes = 64 << 10};

TestSuite(trails, .fini = clear_stage, .timeout = 120);

/* One site; what lies in the frame above differs with the argument. */
static __attribute__((noinline)) void one_site(volatile uint64_t *above, uint64_t value)
{
	*above = value;
	close(socket(AF_INET, SOCK_DGRAM, 0));
}

static void visit_thrice(void)
{
	volatile uint64_t word = 0;
	static const uint64_t values[] = {1, 1, 2};
	said->values[0] = (uintptr_t)&word;
	for (int i = 0; i < 3; i++) {
		one_site(&word, values[i]);
		take_turn(2 + 2 * i);
		wait_for(3 + 2 * i);
	}
}

static struct {
	bool takes_bp, other_bp;
} how;

/* A trail of the words that lie at the first visit's stack, of which one is at `word`. */
static void put_trail(const struct probe_head *event, uint64_t word)
{
	const struct probe_registers *registers =
		(const void *)((const char *)event + event->stack_offset);
	const uint64_t *words = (const void *)(registers + 1);
	uint64_t at = word - registers->dwarf[7];
	struct probe_trail trail = {
		.stack_id = 0x5ac, .count = 2, .span = (uint32_t)at + 8, .takes_bp = how.takes_bp};
	cr_assert_leq(trail.span, event->stack_bytes - sizeof(*registers));
	trail.values[0] = words[0];
	trail.offsets[1] = (uint16_t)at;
	trail.values[1] = words[at / 8];
	struct probe_head *copy = malloc(event->bytes);
	cr_assert(copy);
	memcpy(copy, event, event->bytes);
	struct probe_registers *changed = (void *)((char *)copy + event->stack_offset);
	changed->dwarf[6] += how.other_bp;
	cr_assert_eq(engine_trail_put(stage.engine, copy, &trail), 0);
	free(copy);
}

static void expect_known_and_changed(void)
{
	set_stage();
	begin(visit_thrice);
	wait_for(2);
	drain();
	const struct probe_head *first = nth(PROBE_OPEN, 0);
	cr_assert_eq(first->stack_how, PROBE_STACK_SNAPSHOT);
	put_trail(first, said->values[0]);
	take_turn(3);
	wait_for(4);
	drain();
	const struct probe_head *same = nth(PROBE_OPEN, 1), *end = nth(PROBE_CLOSE, 1);
	cr_assert_eq(same->stack_how, PROBE_STACK_KNOWN);
	cr_assert_eq(same->stack_id, 0x5ac);
	cr_assert_eq(same->bytes, sizeof(struct probe_open));
	cr_assert_eq(end->stack_how, PROBE_STACK_SNAPSHOT);
	take_turn(5);
	wait_for(6);
	drain();
	const struct probe_head *changed = nth(PROBE_OPEN, 2);
	cr_assert_eq(changed->stack_how, PROBE_STACK_SNAPSHOT);
	take_turn(7);
	finish();
}

Test(trails, the_same_stack_is_known_and_a_changed_one_is_not)
{
	expect_known_and_changed();
}

Test(trails, with_the_frame_pointer_that_it_asked_for_it_is_known)
{
	how.takes_bp = true;
	expect_known_and_changed();
}

Test(trails, what_did_not_ask_for_a_frame_pointer_is_known_with_any)
{
	how.other_bp = true;
	expect_known_and_changed();
}

Test(trails, with_another_frame_pointer_than_it_asked_for_it_is_not_known)
{
	how.takes_bp = how.other_bp = true;
	set_stage();
	begin(visit_thrice);
	wait_for(2);
	drain();
	put_trail(nth(PROBE_OPEN, 0), said->values[0]);
	take_turn(3);
	wait_for(4);
	drain();
	const struct probe_head *same = nth(PROBE_OPEN, 1);
	cr_assert_eq(same->stack_how, PROBE_STACK_SNAPSHOT);
	take_turn(5);
	wait_for(6);
	take_turn(7);
	finish();
}

Test(trails, other_modules_void_them)
{
	set_stage();
	begin(visit_thrice);
	wait_for(2);
	drain();
	put_trail(nth(PROBE_OPEN, 0), said->values[0]);
	cr_assert_eq(engine_forget_trails(stage.engine, (uint32_t)stage.pid, stage.image), 0);
	take_turn(3);
	wait_for(4);
	drain();
	const struct probe_head *again = nth(PROBE_OPEN, 1);
	cr_assert_eq(again->stack_how, PROBE_STACK_SNAPSHOT);
	const struct probe_head *first = nth(PROBE_OPEN, 0);
	cr_assert_neq(again->epoch, first->epoch);
	take_turn(5);
	wait_for(6);
	take_turn(7);
	finish();
}

Test(trails, a_walk_can_be_left_out)
{
	set_stage();
	begin(visit_thrice);
	wait_for(2);
	cr_assert_eq(engine_walk(stage.engine, (uint32_t)stage.pid, stage.image, PROBE_WALK_NONE),
		     0);
	/* Of an image that is over nothing is changed. */
	cr_assert_eq(engine_walk(stage.engine, (uint32_t)stage.pid, stage.image + 1, 0), -ENOENT);
	take_turn(3);
	wait_for(4);
	cr_assert_eq(engine_walk(stage.engine, (uint32_t)stage.pid, stage.image, PROBE_WALK_FRAMES),
		     0);
	take_turn(5);
	wait_for(6);
	take_turn(7);
	finish();
	const struct probe_head *none = nth(PROBE_OPEN, 1), *frames = nth(PROBE_OPEN, 2);
	cr_assert_eq(none->stack_how, PROBE_STACK_NONE);
	cr_assert_eq(frames->stack_how, PROBE_STACK_FRAMES);
	cr_assert_geq(frames->stack_bytes, 8);
	cr_assert_eq(frames->bytes, sizeof(struct probe_open) + frames->stack_bytes);
}

#define PAIRS 3000u

static void make_pairs(void)
{
	for (unsigned i = 0; i < PAIRS; i++)
		close(socket(AF_INET, SOCK_DGRAM, 0));
	take_turn(2);
	wait_for(3);
}

static size_t told_of_pairs(void)
{
	return count_of(PROBE_OPEN) + count_of(PROBE_CLOSE);
}

static void lose_some(const struct engine_options *options)
{
	set_stage_with(options);
	begin(make_pairs);
	wait_for(2);
	drain();
	struct probe_traced traced;
	cr_assert_eq(engine_traced(stage.engine, (uint32_t)stage.pid, &traced), 0);
	struct engine_counts counts = engine_counts(stage.engine);
	cr_assert_gt(counts.lost, 0);
	cr_assert_eq(traced.lost, counts.lost);
	cr_assert_eq(told_of_pairs() + counts.lost, 2 * PAIRS);
	take_turn(3);
	finish();
	const struct probe_end *end = nth(PROBE_END, 0);
	cr_assert(end);
	cr_assert_eq(end->lost, counts.lost);
	cr_assert_gt(counts.wakes, 0);
}

Test(trails, what_a_full_ring_loses_is_counted_to_the_last)
{
	lose_some(&small);
}

static size_t skipped_stacks(void)
{
	size_t count = 0;
	for (size_t i = 0; i < stage.count; i++) {
		count += stage.events[i]->stack_how == PROBE_STACK_SKIPPED;
		cr_assert(stage.events[i]->stack_how != PROBE_STACK_SKIPPED ||
			  !stage.events[i]->stack_bytes);
	}
	return count;
}

Test(trails, stacks_make_room_for_events)
{
	lose_some(&small);
	cr_assert_gt(skipped_stacks(), 0);
	/* As many as find room in three quarters of the ring, and not one after another. */
	cr_assert_gt(told_of_pairs(), small.ring_bytes / small.snapshot_bytes);
}

Test(trails, small_events_are_counted_as_well)
{
	lose_some(&without_stacks);
}

static uint32_t ids[64];
static size_t id_count;

/* Those of this process: its own descriptors say. */
static void keep_program_ids(void)
{
	for (int fd = 3; fd < 256 && id_count < 64; fd++) {
		struct bpf_prog_info info = {0};
		uint32_t bytes = sizeof(info);
		char link[64], path[64];
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		ssize_t size = readlink(path, link, sizeof(link) - 1);
		if (size <= 0)
			continue;
		link[size] = '\0';
		if (strcmp(link, "anon_inode:bpf-prog") == 0 &&
		    !bpf_obj_get_info_by_fd(fd, &info, &bytes))
			ids[id_count++] = info.id;
	}
}

static bool is_there(uint32_t id)
{
	int fd = bpf_prog_get_fd_by_id(id);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The kernel frees a program a moment after its last user is gone. */
Test(trails, nothing_stays_in_the_kernel)
{
	set_stage();
	keep_program_ids();
	cr_assert_geq(id_count, 10);
	for (size_t i = 0; i < id_count; i++)
		cr_assert(is_there(ids[i]));
	engine_destroy(stage.engine);
	stage.engine = NULL;
	for (size_t i = 0; i < id_count; i++)
		for (int tries = 0; is_there(ids[i]); tries++) {
			cr_assert_lt(tries, 6000, "program %u is still there", ids[i]);
			usleep(10000);
		}
}
