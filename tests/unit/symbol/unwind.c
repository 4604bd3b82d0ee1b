/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"
#include "samples/stacks.h"

#include <symbol/unwind.h>

#include <dlfcn.h>
#include <errno.h>
#include <sys/auxv.h>

#define DYNAMIC "-fomit-frame-pointer"
#define STATIC_PIE "-fomit-frame-pointer -static-pie"
#define STATIC "-fomit-frame-pointer -static -no-pie"

static struct unwinder *unwinder;
static struct unwind_space *space;
static struct snapshot snapshot;
static struct unwind_registers registers;
static uint64_t addresses[SNAPSHOT_DEPTH_MAX];
static struct unwind_trail trail;
static bool cut;

static void map_line(const char *line)
{
	char path[512] = "", executable;
	unsigned long start, end, offset;

	if (sscanf(line, "%lx-%lx %*2c%c%*c %lx %*s %*s %511s", &start, &end, &executable, &offset,
		   path) < 4 ||
	    executable != 'x')
		return;
	(void)unwind_space_map(space, start, end, offset, path[0] != '\0' ? path : NULL);
}

/* Build the sample and let it take a snapshot. */
static void take(const char *flags, const char *way)
{
	char line[PATH_MAX + 64];

	begin();
	build("stacks.cc", "stacks", flags);
	snprintf(line, sizeof(line), "%s %s", path_of("stacks"), way);
	FILE *output = popen(line, "r");
	cr_assert_not_null(output);
	cr_assert_eq(fread(&snapshot, sizeof(snapshot), 1, output), 1);
	cr_assert_eq(unwinder_create(&unwinder), 0);
	cr_assert_eq(unwind_space_create(unwinder, &space), 0);
	while (fgets(line, sizeof(line), output) != NULL)
		map_line(line);
	pclose(output);
	end();
	memcpy(registers.at, snapshot.registers, sizeof(registers.at));
}

static void finish(void)
{
	unwind_space_destroy(space);
	unwinder_destroy(unwinder);
}

static size_t unwind(size_t bytes, size_t max)
{
	return unwind_stack(space, &registers, snapshot.stack, bytes, addresses, max, &trail, &cut);
}

static void expect_same(size_t count)
{
	cr_expect_eq(addresses[0], registers.at[UNWIND_IP]);
	for (size_t i = 1; i < count; i++)
		cr_expect_eq(addresses[i], snapshot.addresses[i], "%zu: %lx, not %lx", i,
			     addresses[i], snapshot.addresses[i]);
}

/* The trail holds: with these words alone, the same comes out, and with one of them changed not. */
static void expect_trail(size_t bytes, size_t count)
{
	static unsigned char bare[SNAPSHOT_BYTES_MAX];
	uint64_t again[SNAPSHOT_DEPTH_MAX];
	const int key[] = {UNWIND_IP, UNWIND_RSP, UNWIND_RBP};
	struct unwind_registers few;
	bool cut_again;

	memset(&few, 0xa5, sizeof(few));
	memset(bare, 0xa5, sizeof(bare));
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (key[i] != UNWIND_RBP || trail.takes_bp)
			few.at[key[i]] = registers.at[key[i]];
	cr_assert(trail.usable && trail.count > 0);
	for (size_t i = 0; i < trail.count; i++)
		memcpy(bare + trail.words[i].offset, &trail.words[i].value, 8);
	cr_expect_eq(
		unwind_stack(space, &few, bare, bytes, again, SNAPSHOT_DEPTH_MAX, NULL, &cut_again),
		count);
	cr_expect_eq(memcmp(again, addresses, count * sizeof(again[0])), 0);
	cr_expect_eq(cut_again, cut);
}

static void expect_whole(const char *flags, const char *way)
{
	take(flags, way);
	size_t count = unwind(snapshot.bytes, SNAPSHOT_DEPTH_MAX);
	cr_expect_gt(count, 4);
	cr_expect_eq(count, snapshot.count, "%s: %zu, not %lu", way, count, snapshot.count);
	expect_same(count);
	cr_expect(!cut, "%s", way);
	expect_trail(snapshot.bytes, count);
	finish();
}

Test(unwind, arrays_and_realigned_stacks)
{
	expect_whole(DYNAMIC, "realigned");
}

Test(unwind, through_a_callback_of_the_library)
{
	expect_whole(DYNAMIC, "sorted");
}

Test(unwind, through_a_signal_handler)
{
	expect_whole(DYNAMIC, "signalled");
}

Test(unwind, an_interrupted_instruction_is_no_return_address)
{
	expect_whole(DYNAMIC, "interrupted");
}

Test(unwind, the_first_instruction_of_a_function_is_in_that_function)
{
	expect_whole(DYNAMIC, "faulted");
}

Test(unwind, while_an_exception_flies)
{
	expect_whole(DYNAMIC, "thrown");
}

Test(unwind, in_a_handler_of_an_exception)
{
	expect_whole(DYNAMIC, "caught");
}

Test(unwind, a_thread_has_an_end)
{
	expect_whole(DYNAMIC, "thread");
}

Test(unwind, static_pie)
{
	expect_whole(STATIC_PIE, "signalled");
}

Test(unwind, static_at_a_fixed_address)
{
	expect_whole(STATIC, "thrown");
}

Test(unwind, without_optimisation)
{
	expect_whole("-O0", "realigned");
}

Test(unwind, what_ends_early_is_cut)
{
	take(DYNAMIC, "deep");
	size_t count = unwind(1400, SNAPSHOT_DEPTH_MAX);
	cr_expect(cut);
	cr_expect_gt(count, 2);
	cr_expect_lt(count, SNAPSHOT_DEPTH_MAX);
	expect_same(count);
	expect_trail(1400, count);
	cr_expect_eq(unwind(0, SNAPSHOT_DEPTH_MAX), 1);
	cr_expect(cut);
	finish();
}

Test(unwind, a_depth_that_was_asked_for_is_no_cut)
{
	take(DYNAMIC, "deep");
	cr_expect_eq(unwind(snapshot.bytes, 5), 5);
	cr_expect(!cut);
	expect_same(5);
	cr_expect_eq(unwind(snapshot.bytes, SNAPSHOT_DEPTH_MAX), SNAPSHOT_DEPTH_MAX);
	cr_expect(!trail.usable, "more words than a trail has");
	finish();
}

static __attribute__((noinline)) uint64_t place_of_caller(void)
{
	return (uint64_t)(uintptr_t)__builtin_return_address(0);
}

/* Behind its system call, where glibc says nothing of how to get out of it. */
static uint64_t in_clone(void)
{
	const unsigned char *code = dlsym(RTLD_DEFAULT, "clone");
	size_t at = 0;

	while (at < 200 && (code[at] != 0x0f || code[at + 1] != 0x05))
		at++;
	cr_assert_lt(at, 200);
	return (uint64_t)(uintptr_t)(code + at + 2);
}

static void map_ourselves(void)
{
	char line[PATH_MAX + 64];
	FILE *maps = fopen("/proc/self/maps", "r");

	cr_assert_not_null(maps);
	cr_assert_eq(unwinder_create(&unwinder), 0);
	cr_assert_eq(unwind_space_create(unwinder, &space), 0);
	while (fgets(line, sizeof(line), maps) != NULL)
		map_line(line);
	fclose(maps);
}

Test(unwind, a_stub_that_says_nothing_of_itself_was_called_by_what_the_stack_ends_with)
{
	uint64_t stack[64] = {0};

	map_ourselves();
	stack[0] = place_of_caller();
	stack[10] = (uint64_t)(uintptr_t)&stack[20];
	stack[11] = (uint64_t)(uintptr_t)dlsym(RTLD_DEFAULT, "getenv") + 8;
	registers.at[UNWIND_IP] = in_clone();
	registers.at[UNWIND_RSP] = (uint64_t)(uintptr_t)stack;
	registers.at[UNWIND_RBP] = (uint64_t)(uintptr_t)&stack[10];
	cr_expect_eq(
		unwind_stack(space, &registers, stack, sizeof(stack), addresses, 2, &trail, &cut),
		2);
	cr_expect_eq(addresses[1], stack[0]);
	stack[0] = 7; /* no code: the frame pointer leads on */
	cr_expect_eq(
		unwind_stack(space, &registers, stack, sizeof(stack), addresses, 2, &trail, &cut),
		2);
	cr_expect_eq(addresses[1], stack[11]);
	finish();
}
