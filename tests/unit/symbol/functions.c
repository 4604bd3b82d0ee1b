/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

#include "../../../libtrack/symbol/name_pattern.h"

#include <symbol/functions.h>

#include <errno.h>

#define SEND_TEXT                                                                                  \
	"RTC::Channel::Send(std::__cxx11::basic_string<char, std::char_traits<char>, "             \
	"std::allocator<char> > const&, std::function<void (bool, bool)> const*)"
#define SEND_NUMBER "RTC::Channel::Send(int)"
#define INVOKE "std::_Function_handler<void (bool, bool), *>::_M_invoke(*"
#define GO_NAME "main.(*channel).send"

static struct symbol_functions *functions;
static const struct symbol_function **found;
static size_t count;

static void open_functions(const char *path, const struct symbol_search *search)
{
	cr_assert_eq(symbol_functions_open(path, search, &functions), 0, "%s", path);
}

static void close_functions(void)
{
	free(found);
	found = NULL;
	symbol_functions_close(functions);
	functions = NULL;
}

static size_t like(const char *pattern)
{
	free(found);
	cr_assert_eq(symbol_functions_like(functions, pattern, &found, &count), 0);
	return count;
}

static size_t named(const char *name)
{
	free(found);
	cr_assert_eq(symbol_functions_named(functions, name, &found, &count), 0);
	return count;
}

static void expect_readable(size_t i, const char *expected)
{
	char *readable = symbol_function_readable(found[i]);

	cr_expect_str_eq(readable, expected);
	free(readable);
}

TestSuite(functions, .init = begin, .fini = end);

Test(functions, by_pattern)
{
	build("channel.cc", "channel", "");
	open_functions(path_of("channel"), NULL);
	cr_expect_eq(like("RTC::Channel::Send(*"), 2);
	cr_expect_eq(like(SEND_NUMBER), 1);
	expect_readable(0, SEND_NUMBER);
	cr_expect_eq(like("*Send(std::*basic_string<*"), 1);
	expect_readable(0, SEND_TEXT);
	cr_expect_eq(like(INVOKE), 1);
	cr_expect_eq(like("RTC::Channel::Count<long>(long)"), 1, "not with what it returns");
	cr_expect_eq(like("RTC::Channel::Sen(*"), 0);
	cr_expect_eq(like("mai*"), 1);
	cr_expect_gt(like("*"), 5);
	close_functions();
}

Test(functions, by_name_and_place)
{
	build("channel.cc", "channel", "");
	open_functions(path_of("channel"), NULL);
	cr_assert_eq(named("_ZN3RTC7Channel4SendEi"), 1);
	const struct symbol_function *function = found[0];
	cr_expect_gt(function->size, 0);
	cr_expect_eq(symbol_functions_find(functions, function->offset), function);
	cr_expect_eq(symbol_functions_find(functions, function->offset + function->size - 1),
		     function);
	cr_expect_neq(symbol_functions_find(functions, function->offset - 1), function);
	cr_expect_neq(symbol_functions_find(functions, function->offset + function->size),
		      function);
	cr_expect_null(symbol_functions_find(functions, UINT64_MAX));
	cr_expect_eq(named("_ZN3RTC7Channel4Send"), 0);
	for (size_t i = 1; i < symbol_functions_count(functions); i++)
		cr_expect_leq(symbol_functions_at(functions, i - 1)->offset,
			      symbol_functions_at(functions, i)->offset);
	close_functions();
}

Test(functions, an_offset_is_of_the_file_and_not_of_memory)
{
	build("channel.cc", "channel", "-no-pie");
	open_functions(path_of("channel"), NULL);
	cr_assert_eq(named("main"), 1);
	cr_expect_neq(found[0]->offset, found[0]->address);
	cr_expect_eq(found[0]->address - found[0]->offset, 0x400000);
	close_functions();
}

Test(functions, all_versions_of_a_name)
{
	open_functions("/lib/x86_64-linux-gnu/libc.so.6", NULL);
	cr_expect_eq(named("realpath"), 2);
	cr_expect_eq(named("pthread_join"), 1, "at one place under two versions");
	cr_expect_eq(named("memcpy@@GLIBC_2.14"), 0);
	close_functions();
}

Test(functions, a_debug_file_has_the_names)
{
	const struct symbol_search search = {.debug_folders = folder};

	build("channel.cc", "channel", "-g");
	shell("id=$(readelf -n channel | sed -n 's/.*Build ID: //p')\n"
	      "place=.build-id/$(echo $id | cut -c1-2)\n"
	      "mkdir -p $place && objcopy --only-keep-debug channel "
	      "$place/$(echo $id | cut -c3-).debug && strip channel");
	open_functions(path_of("channel"), &search);
	cr_expect_eq(like(SEND_NUMBER), 1);
	close_functions();
	open_functions(path_of("channel"), NULL);
	cr_expect_eq(like(SEND_NUMBER), 0);
	close_functions();
}

Test(functions, a_compressed_table_has_the_names)
{
	build("channel.cc", "channel", "");
	shell("objcopy --only-keep-debug channel names && xz names && strip channel && "
	      "objcopy --add-section .gnu_debugdata=names.xz channel");
	open_functions(path_of("channel"), NULL);
	cr_expect_eq(like(SEND_NUMBER), 1);
	close_functions();
}

Test(functions, parts_are_not_found_by_name)
{
	build("pieces.cc", "pieces", "-fno-inline-small-functions");
	open_functions(path_of("pieces"), NULL);
	size_t partial = 0;
	for (size_t i = 0; i < symbol_functions_count(functions); i++)
		partial += symbol_functions_at(functions, i)->partial;
	cr_expect_gt(partial, 0);
	like("*");
	for (size_t i = 0; i < count; i++)
		cr_expect(!found[i]->partial, "%s", found[i]->name);
	close_functions();
}

static void build_go(const char *name, const char *flags)
{
	FILE *source = fopen("program.go", "w");

	cr_assert_not_null(source);
	fputs("package main\n\ntype channel struct{ sent int }\n\n"
	      "//go:noinline\nfunc (c *channel) send(n int) int { c.sent += n; return c.sent }\n\n"
	      "func main() { c := channel{}; println(c.send(3)) }\n",
	      source);
	fclose(source);
	shell("GO111MODULE=off go build %s -o %s program.go", flags, name);
}

Test(functions, a_stripped_go_program_has_a_table_of_its_own, .timeout = 120)
{
	struct symbol_function whole;

	if (system("command -v go >/dev/null") != 0)
		cr_skip_test("no go compiler");
	build_go("whole", "");
	build_go("stripped", "-ldflags '-s -w'");
	open_functions(path_of("whole"), NULL);
	cr_assert_eq(like(GO_NAME), 1);
	whole = *found[0];
	close_functions();
	open_functions(path_of("stripped"), NULL);
	cr_assert_eq(like(GO_NAME), 1);
	cr_expect_eq(found[0]->offset, whole.offset);
	cr_expect_eq(found[0]->address, whole.address);
	cr_expect_lt(found[0]->size - whole.size, 32, "up to the next function");
	cr_expect(whole.go && found[0]->go);
	cr_assert_eq(named("runtime.memmove"), 1, "assembly");
	cr_expect(found[0]->go);
	close_functions();
}

Test(functions, what_is_no_program_is_refused)
{
	cr_expect_eq(symbol_functions_open("nowhere", NULL, &functions), -ENOENT);
	cr_expect_eq(symbol_functions_open("/etc/passwd", NULL, &functions), -ENOEXEC);
	cr_expect_eq(symbol_functions_open("/dev/zero", NULL, &functions), -ENOEXEC);
}

Test(name_pattern, only_the_star_is_special)
{
	cr_expect(name_matches("a::b(int)", "a::b(int)"));
	cr_expect(name_matches("operator[](int)", "operator[](*"));
	cr_expect(name_matches("f(char const*)", "f(char const*)"));
	cr_expect(name_matches("abcbcd", "a*bcd"));
	cr_expect(name_matches("", "*"));
	cr_expect(!name_matches("a::b(int)", "a::?(int)"));
	cr_expect(!name_matches("a::b(int)", "a::b"));
	cr_expect(!name_matches("ab", "a*c"));
	cr_expect(!name_matches("", "a"));
}

static void expect_literal(const char *pattern, const char *expected)
{
	const char *literal = "";
	size_t bytes = name_pattern_literal(pattern, &literal);

	cr_expect_eq(bytes, strlen(expected), "%s", pattern);
	cr_expect_eq(memcmp(literal, expected, bytes), 0, "%s", pattern);
}

Test(name_pattern, a_literal_is_what_every_match_spells_alike)
{
	expect_literal("RTC::Channel::Send(*", "Channel");
	expect_literal("std::_Function_handler<void (bool, bool), *>::_M_invoke(*",
		       "_Function_handler");
	expect_literal("std::string::append(*", "append");
	expect_literal("Chan*", "");
	expect_literal("*nel::Sen(*", "");
	expect_literal("f(unsigned long)", "");
	expect_literal("Foo<12345ul>", "");
	expect_literal("gr\xc3\xb6\xc3\x9f"
		       "erer::f",
		       "");
}
