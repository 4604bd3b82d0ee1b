/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks known again without unwinding, against those that are unwound. */
#include <trail.c>

#include <alloca.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH 64

static uint64_t address_room = UINT64_MAX;

uint64_t spool_address_room(void)
{
	return address_room;
}

/* Most libraries are built so, the tests are not. */
#if __has_attribute(optimize)
#define FRAMELESS __attribute__((noinline, optimize("omit-frame-pointer")))
#else
#define FRAMELESS __attribute__((noinline))
#endif

static int (*backtrace_of)(void **addresses, int size);
static struct trails trails;
static unsigned random_state = 1;
static uint64_t found;
static uint64_t top_of_stack = UINT64_MAX;

static unsigned random_below(unsigned limit)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 16) % limit;
}

static void start(void)
{
	void *handle = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	void *function = handle ? dlsym(handle, "unw_backtrace") : NULL;
	if (!function)
		cr_skip_test("libunwind is not installed");
	memcpy(&backtrace_of, &function, sizeof(function));
	trail_load(handle);
}

TestSuite(trail, .init = start);

static uint64_t hash_of(const uint64_t *addresses, size_t count)
{
	uint64_t sum = count + 1;
	for (size_t i = 0; i < count; i++)
		sum = (sum ^ addresses[i]) * 0xff51afd7ed558ccdu;
	return sum;
}

/* What the unwinder says from the caller's caller on. */
static uint64_t hash_unwound(const struct trail_start *from)
{
	uint64_t addresses[DEPTH + OWN_FRAMES];
	int count = backtrace_of((void **)addresses, DEPTH), skip = 0;
	while (skip < count && addresses[skip] != from->ip)
		skip++;
	cr_assert(lt(int, skip + 1, count));
	return hash_of(addresses + skip + 1, (size_t)(count - skip - 1));
}

static void learn(const struct trail_start *from, uint64_t stack)
{
	uint64_t addresses[DEPTH];
	size_t count;
	struct trail *trail = trail_wanted(&trails, from, stack);
	if (trail && trail_walk(trail, from, top_of_stack, DEPTH, addresses, &count) &&
	    hash_of(addresses, count) == stack)
		trail_keep(trail, from, stack, 1);
}

/* Each stack that is found is the one that would be unwound. */
static __attribute__((noinline)) void annotate(void)
{
	const uint64_t *frame = __builtin_frame_address(0);
	const struct trail_start from = {
		.ip = frame[1], .sp = (uintptr_t)(frame + 2), .bp = frame[0]};
	uint64_t known = trail_find(&trails, &from, 1), stack = hash_unwound(&from);
	found += known != 0;
	if (known)
		cr_assert(eq(u64, known, stack));
	else
		learn(&from, stack);
}

/* The header's function of its own. */
static __attribute__((noinline)) void probe(void)
{
	annotate();
	__asm__ volatile("");
}

static void go(const unsigned char *path);

static FRAMELESS void plain(const unsigned char *path)
{
	go(path);
	__asm__ volatile("");
}

static FRAMELESS void other(const unsigned char *path)
{
	volatile char room[40];
	room[0] = (char)(uintptr_t)path;
	go(path);
	room[1] = room[0];
}

/* As much of the stack as the path says. */
static __attribute__((noinline)) void sized(const unsigned char *path)
{
	volatile char *room = alloca(16u * (1 + path[0] % 3u));
	room[0] = 1;
	go(path);
	room[1] = room[0];
}

static __attribute__((noinline)) void aligned(const unsigned char *path)
{
	volatile char room[64] __attribute__((aligned(64)));
	room[0] = 1;
	go(path);
	room[1] = room[0];
}

static __attribute__((noinline)) void aligned_and_sized(const unsigned char *path)
{
	volatile char fixed[64] __attribute__((aligned(64)));
	volatile char *room = alloca(16u * (1 + path[0] % 5u));
	fixed[0] = room[0] = 1;
	go(path);
	room[1] = fixed[1] = 1;
}

/* Two places of a function, or one. */
static FRAMELESS void twice(const unsigned char *path)
{
	if (path[0] & 1)
		go(path);
	else
		go(path);
	__asm__ volatile("");
}

static void (*const functions[])(const unsigned char *path) = {
	plain, other, sized, aligned, aligned_and_sized, twice,
};

/* path: what to call next, and 0xff at its end. */
static __attribute__((noinline)) void go(const unsigned char *path)
{
	if (path[0] == 0xff)
		probe();
	else
		functions[path[0] % 6](path + 1);
	__asm__ volatile("");
}

static void walk(const unsigned char *path, int times)
{
	for (int i = 0; i < times; i++)
		go(path);
}

Test(trail, a_stack_taken_again_and_again_is_found)
{
	static const unsigned char path[] = {0, 1, 2, 3, 4, 5, 0xff, 0xff};
	walk(path, 100);
	cr_expect(eq(u64, found, 100 - SEEN_MIN));
}

static void make_path(unsigned char *path)
{
	unsigned length = 1 + random_below(8);
	for (unsigned at = 0; at < length; at++)
		path[at] = (unsigned char)random_below(250);
	path[length] = path[length + 1] = 0xff;
}

/*
 * Which stacks share a place depends on where things lie in memory. So each place is made to take
 * whichever comes: then a stack is found at the latest once it is a usual one, whose place it was.
 */
static void walk_anew(const unsigned char *path, unsigned times)
{
	uint64_t before = found;
	for (int i = 0; i < TRAILS; i++)
		trails.of[i].patience = trails.of[i].uses = 0;
	walk(path, (int)times);
	cr_expect(ge(u64, found - before + SEEN_MIN, times));
}

Test(trail, one_that_is_found_is_the_one_that_would_be_unwound)
{
	unsigned char paths[24][10];
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 24; i++)
			make_path(paths[i]);
		for (int step = 0; step < 60; step++)
			walk_anew(paths[random_below(24)], random_below(40));
	}
}

/* The same place of the stack, by the same instruction, from another caller. */
Test(trail, callers_that_take_turns_are_told_apart)
{
	static const unsigned char odd[] = {5, 1, 0, 0xff, 0xff}, even[] = {5, 2, 0, 0xff, 0xff};
	walk(odd, 50);
	cr_expect(gt(u64, found, 0));
	for (int i = 0; i < 200; i++)
		walk(i % 2 ? odd : even, 1);
}

Test(trail, none_is_found_after_a_module_went)
{
	static const unsigned char path[] = {0, 1, 0xff, 0xff};
	walk(path, 50);
	for (int i = 0; i < TRAILS; i++)
		trails.of[i].version = 2;
	found = 0;
	walk(path, 1);
	cr_expect(eq(u64, found, 0));
}

Test(trail, one_that_is_read_is_not_written)
{
	static const unsigned char path[] = {0, 1, 0xff, 0xff};
	trails.reading_at = UINT64_MAX;
	walk(path, 100);
	cr_expect(eq(u64, found, 0));
	cr_expect(eq(u64, trails.reading_at, UINT64_MAX));
}

/* Nobody comes back to it: a handler left it by longjmp. */
Test(trail, one_that_was_read_below_is_read_no_more)
{
	static const unsigned char path[] = {0, 1, 0xff, 0xff};
	trails.reading_at = 1;
	walk(path, 100);
	cr_expect(eq(u64, found, 100 - SEEN_MIN));
	cr_expect(eq(u64, trails.reading_at, 0));
}

/* As where a coroutine goes on, and its own stack is somewhere above. */
Test(trail, one_that_leaves_the_threads_own_stack_is_none)
{
	static const unsigned char path[] = {0, 1, 2, 3, 4, 5, 0xff, 0xff};
	char local;
	top_of_stack = (uintptr_t)&local & ~15ul;
	walk(path, 100);
	cr_expect(eq(u64, found, 0));
}

Test(trail, what_has_none_is_not_walked_again)
{
	const struct trail_start from = {1, 2, 3};
	int wanted = 0;
	for (int i = 0; i < 1000; i++)
		wanted += trail_wanted(&trails, &from, 99) != NULL;
	cr_expect(eq(int, wanted, 1));
}

/* In turns just long enough for a walk: soon none is made any more. */
Test(trail, stacks_that_take_turns_in_a_place_are_walked_less_and_less)
{
	const struct trail_start from = {1, 2, 3};
	int wanted = 0;
	for (int i = 0; i < 1000; i++) {
		for (int k = 0; k < SEEN_MIN + 1; k++)
			wanted += trail_wanted(&trails, &from, 99 + (uint64_t)(i & 1)) != NULL;
		cr_expect(le(int, wanted, PATIENCE_MAX));
	}
}

static __attribute__((noinline)) void call_one(void)
{
	probe();
	__asm__ volatile("# one");
}

/* As large as the other: both probe at the same place of the stack. */
static __attribute__((noinline)) void call_other(void)
{
	probe();
	__asm__ volatile("# other");
}

/* What was found often was worth it, and so may the next one be. */
Test(trail, stacks_that_stay_for_long_are_each_walked_soon)
{
	static void (*const callers[])(void) = {call_one, call_other};
	for (int i = 0; i < 10; i++)
		for (int k = 0; k < USES_MIN + SEEN_MIN; k++)
			callers[i % 2]();
	cr_expect(eq(u64, found, 10 * USES_MIN));
}

Test(trail, those_of_a_thread_are_opened_when_it_asks)
{
	trails_init();
	struct trails *of_first = trails_open(0), *of_last = trails_open(TRAIL_THREADS - 1);
	cr_assert(of_first != NULL);
	cr_assert(of_last != NULL);
	cr_expect(trails_open(TRAIL_THREADS) == NULL);
	/* The next thread with this number finds nothing of the one before. */
	of_first->of[5].start.sp = 8;
	of_first->reading_at = 8;
	cr_expect(trails_open(0) == of_first);
	cr_expect(eq(u64, of_first->of[5].start.sp, 0));
	cr_expect(eq(u64, of_first->reading_at, 0));
}

Test(trail, a_limited_address_space_has_few)
{
	address_room = 3 * ROOM_OF_TRAILS * sizeof(struct trails);
	trails_init();
	cr_expect(trails_open(2) != NULL);
	cr_expect(trails_open(3) == NULL);
}

Test(trail, none_fit_into_little)
{
	address_room = 1 << 16;
	trails_init();
	cr_expect(trails_open(0) == NULL);
}
