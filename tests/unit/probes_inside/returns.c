/* SPDX-License-Identifier: Apache-2.0 */
#include "../symbol/sample.inc.c"

#include <errno.h>
#include <returns.h>
#include <symbol/functions.h>

#define SOURCE "../../probes_inside/samples/returns.c"

static struct symbol_functions *functions;
static struct unwinder *unwinder;
static struct returns_file *file;
static struct returns returns;

static void open_file(const char *path)
{
	cr_assert_eq(symbol_functions_open(path, NULL, &functions), 0);
	cr_assert_eq(unwinder_create(&unwinder), 0);
	cr_assert_eq(returns_open(path, functions, unwinder, &file), 0);
}

static void close_file(void)
{
	returns_finish(&returns);
	returns_close(file);
	unwinder_destroy(unwinder);
	symbol_functions_close(functions);
}

static const struct symbol_function *function_named(const char *name)
{
	const struct symbol_function **found, *first;
	size_t count;

	cr_assert_eq(symbol_functions_named(functions, name, &found, &count), 0);
	cr_assert_gt(count, 0, "%s", name);
	first = found[0];
	free(found);
	return first;
}

static void find(const char *name)
{
	returns_finish(&returns);
	cr_assert_eq(returns_find(file, function_named(name)->offset, &returns), 0, "%s", name);
	for (size_t i = 1; i < returns.count; i++)
		cr_assert_lt(returns.offsets[i - 1], returns.offsets[i]);
}

static void expect(const char *name, size_t count, bool lost)
{
	find(name);
	cr_expect_eq(returns.count, count, "%s: %zu, not %zu", name, returns.count, count);
	cr_expect_eq(returns.lost, lost, "%s", name);
}

static bool has_return_in(const struct symbol_function *function)
{
	for (size_t i = 0; i < returns.count; i++)
		if (returns.offsets[i] - function->offset < function->size)
			return true;
	return false;
}

static void open_sample(const char *flags)
{
	build(SOURCE, "returns", flags);
	open_file(path_of("returns"));
}

TestSuite(returns, .init = begin, .fini = end);

Test(returns, all_that_are_near)
{
	open_sample("-w");
	expect("returns_4", 4, false);
	expect("returns_far", 0, false);
	close_file();
}

Test(returns, those_behind_direct_jumps)
{
	open_sample("-w");
	find("target");
	size_t of_target = returns.count;
	cr_expect_gt(of_target, 0);
	expect("tail", of_target, false);
	cr_expect(has_return_in(function_named("target")));
	expect("jumps_to_4_and_back", 5, false);
	close_file();
}

Test(returns, a_jump_that_leads_out_is_told)
{
	open_sample("-w");
	find("through_pointer");
	cr_expect(returns.lost);
	find("calls_pointer");
	cr_expect(!returns.lost);
	find("to_library");
	cr_expect(returns.lost);
	expect("jumps_nowhere", 0, true);
	close_file();
}

/* A probe there would change what the program reads, or the middle of an instruction. */
Test(returns, data_and_middles_of_instructions_are_left_alone)
{
	static const char *const in_doubt[] = {"cases_and_data",     "cases_into_the_middle",
					       "cases_past_the_end", "both_ways",
					       "calls_inside",	     "in_the_middle"};

	open_sample("-w");
	expect("data_in_front", 1, false);
	const struct symbol_function *function = function_named("data_in_front");
	cr_expect_eq(returns.offsets[0], function->offset + function->size - 1);
	expect("data_that_looks_like_code", 1, false);
	function = function_named("data_that_looks_like_code");
	cr_expect_eq(returns.offsets[0], function->offset + function->size - 1);
	expect("is_no_code", 1, false);
	for (size_t i = 0; i < sizeof(in_doubt) / sizeof(in_doubt[0]); i++) {
		returns_finish(&returns);
		cr_expect_eq(returns_find(file, function_named(in_doubt[i])->offset, &returns),
			     -EBADMSG, "%s", in_doubt[i]);
		cr_expect_eq(returns.count, 0);
	}
	cr_expect_eq(returns_entry(file, function_named("in_the_middle")->offset), -EBADMSG);
	cr_expect_eq(returns_entry(file, function_named("around")->offset), 0);
	close_file();
}

Test(returns, what_no_jump_leads_to_is_found_by_its_place)
{
	open_sample("-w");
	expect("cases", 2, false);
	expect("catches", 2, false);
	expect("around", 1, false);
	expect("falls_into_4", 4, false);
	expect("jumps_in_frame", 1, false);
	close_file();
}

Test(returns, a_switch_stays_inside)
{
	static const char *const flags[] = {"-w", "-w -fcf-protection", "-w -fPIC -shared"};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		open_sample(flags[i]);
		find("by_switch");
		cr_expect(!returns.lost, "%s", flags[i]);
		find("leaf_switch");
		cr_expect(!returns.lost, "%s", flags[i]);
		cr_expect_gt(returns.count, 1);
		close_file();
		functions = NULL;
	}
}

Test(returns, a_cold_part_belongs_to_its_function)
{
	const struct symbol_function *cold = NULL;

	open_sample("-w -fno-shrink-wrap");
	for (size_t i = 0; i < symbol_functions_count(functions); i++)
		if (strcmp(symbol_functions_at(functions, i)->name, "with_cold_part.cold") == 0)
			cold = symbol_functions_at(functions, i);
	cr_assert_not_null(cold);
	find("with_cold_part");
	cr_expect(!returns.lost);
	cr_expect(has_return_in(cold));
	cr_expect(has_return_in(function_named("target")));
	close_file();
}

/* What it jumps into has no symbol: its frame information has the bounds. */
Test(returns, of_a_stripped_library)
{
	shell("objcopy -R .note.gnu.build-id -R .gnu_debuglink /lib/x86_64-linux-gnu/libc.so.6 "
	      "library");
	open_file(path_of("library"));
	find("pthread_join");
	cr_expect_gt(returns.count, 0);
	cr_expect(!returns.lost);
	close_file();
}

Test(returns, only_where_a_function_begins)
{
	open_sample("-w");
	uint64_t inside = function_named("by_switch")->offset + 1;
	cr_expect_eq(returns_find(file, inside, &returns), -ENOENT);
	cr_expect_eq(returns_find(file, UINT64_MAX - 3, &returns), -ENOENT);
	close_file();
	cr_expect_eq(returns_open("nowhere", functions, unwinder, &file), -ENOENT);
}
