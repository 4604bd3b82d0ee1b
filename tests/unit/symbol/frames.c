/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

TestSuite(frames, .init = begin, .fini = end);

/* The number of the line of a sample that is marked so. */
static int line_of(const char *source, const char *mark)
{
	char path[PATH_MAX], line[512], wanted[64];
	int number = 0, result = 0;

	snprintf(path, sizeof(path), "%s/%s", SAMPLES, source);
	snprintf(wanted, sizeof(wanted), "LINE %s ", mark);
	FILE *file = fopen(path, "r");
	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		if (strstr(line, wanted) != NULL)
			result = number;
	}
	fclose(file);
	cr_assert_neq(result, 0);
	return result;
}

static struct symbol_module *open_sample(struct symbolizer *symbolizer, const char *name)
{
	struct symbol_module *module = NULL;

	cr_assert_eq(symbolizer_open(symbolizer, path_of(name), NULL, 0, &module), 0);
	return module;
}

static void expect_frame(const struct symbol_frame *frame, const char *function, const char *source,
			 int line)
{
	char path[PATH_MAX];

	cr_assert_not_null(frame->function);
	cr_expect_str_eq(frame->function, function);
	if (source == NULL) {
		cr_expect_null(frame->file);
		cr_expect_eq(frame->line, 0);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", SAMPLES, source);
	cr_assert_not_null(frame->file);
	cr_expect_str_eq(frame->file, path);
	cr_expect_eq(frame->line, line, "line %d, not %d", frame->line, line);
}

/* plain.c's three functions, two of them inlined. */
static void expect_inlined(const char *name)
{
	struct symbolizer *symbolizer;
	struct symbol_frame frames[FRAMES_MAX];

	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, name);
	uint64_t address = address_of(name, "inlined");
	cr_assert_eq(symbol_module_frames(module, address, frames, FRAMES_MAX), 3);
	expect_frame(&frames[0], "innermost", "plain.c", line_of("plain.c", "innermost"));
	expect_frame(&frames[1], "middle", "plain.c", line_of("plain.c", "middle"));
	expect_frame(&frames[2], "outer", "plain.c", line_of("plain.c", "outer"));
	symbolizer_destroy(symbolizer);
}

/* The only frame at a place; source NULL: a name without file and line. */
static void expect_one(const char *name, uint64_t address, const char *function, const char *source,
		       int line)
{
	struct symbolizer *symbolizer;
	struct symbol_frame frames[FRAMES_MAX];

	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, name);
	cr_assert_eq(symbol_module_frames(module, address, frames, FRAMES_MAX), 1);
	expect_frame(&frames[0], function, source, line);
	symbolizer_destroy(symbolizer);
}

static void expect_none(const char *name, uint64_t address)
{
	struct symbolizer *symbolizer;
	struct symbol_frame frames[FRAMES_MAX];

	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, name);
	cr_expect_eq(symbol_module_frames(module, address, frames, FRAMES_MAX), 0);
	symbolizer_destroy(symbolizer);
}

Test(frames, a_function_has_its_name_file_and_line)
{
	build("plain.c", "sample", "-g");
	expect_one("sample", address_of("sample", "hidden"), "hidden", "plain.c",
		   line_of("plain.c", "hidden"));
}

Test(frames, an_inlined_function_comes_before_the_one_it_went_into)
{
	build("plain.c", "sample", "-g");
	expect_inlined("sample");
}

Test(frames, a_program_at_a_fixed_address_is_understood)
{
	build("plain.c", "sample", "-g -no-pie");
	expect_inlined("sample");
}

Test(frames, old_dwarf_is_understood)
{
	build("plain.c", "sample", "-gdwarf-4");
	expect_inlined("sample");
}

Test(frames, split_dwarf_is_understood)
{
	build("plain.c", "sample", "-g -gsplit-dwarf");
	expect_inlined("sample");
}

Test(frames, compressed_sections_are_understood)
{
	build("plain.c", "sample", "-g -gz");
	expect_inlined("sample");
}

Test(frames, no_aranges_are_needed)
{
	build("plain.c", "sample", "-g");
	shell("objcopy --remove-section .debug_aranges %s/sample", folder);
	expect_inlined("sample");
}

Test(frames, a_relative_source_path_is_joined_with_the_compilers_folder)
{
	shell("cd %s/.. && cc -O2 -g samples/../samples/plain.c -o %s/sample", SAMPLES, folder);
	expect_inlined("sample");
}

Test(frames, cplusplus_names_have_scopes_and_no_parameters)
{
	build("scopes.cc", "sample", "-g");
	expect_one("sample", address_of("sample", "template"), "ice::Agent<int>::gather",
		   "scopes.cc", line_of("scopes.cc", "template"));
}

Test(frames, names_without_a_linkage_name_get_their_scopes_too)
{
	struct symbolizer *symbolizer;
	struct symbol_frame frames[FRAMES_MAX];

	build("scopes.cc", "sample", "-g");
	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, "sample");
	uint64_t helper = address_of("sample", "helper");
	cr_assert_eq(symbol_module_frames(module, helper, frames, FRAMES_MAX), 2);
	expect_frame(&frames[0], "ice::(anonymous namespace)::helper", "scopes.cc",
		     line_of("scopes.cc", "helper"));
	cr_expect_str_eq(frames[1].function, "ice::close");
	uint64_t method = address_of("sample", "anonymous");
	cr_assert_eq(symbol_module_frames(module, method, frames, FRAMES_MAX), 1);
	cr_expect_str_eq(frames[0].function, "ice::(anonymous namespace)::Hidden::method");
	uint64_t lambda = address_of("sample", "lambda");
	cr_assert_eq(symbol_module_frames(module, lambda, frames, FRAMES_MAX), 1);
	cr_expect_eq(strncmp(frames[0].function, "main::", 6), 0, "%s", frames[0].function);
	cr_expect_not_null(strstr(frames[0].function, "::operator()"));
	symbolizer_destroy(symbolizer);
}

Test(frames, without_debug_information_the_symbol_table_gives_the_name)
{
	build("scopes.cc", "sample", "-g0");
	expect_one("sample", address_of("sample", "template"), "ice::Agent<int>::gather", NULL, 0);
	expect_one("sample", address_of("sample", "anonymous"),
		   "ice::(anonymous namespace)::Hidden::method", NULL, 0);
}

Test(frames, a_stripped_program_has_no_frames)
{
	build("plain.c", "sample", "-g -s");
	expect_none("sample", address_of("sample", "hidden"));
}

Test(frames, a_stripped_program_still_has_its_exported_names)
{
	build("plain.c", "sample", "-g -s -rdynamic");
	expect_one("sample", address_of("sample", "inlined"), "outer", NULL, 0);
	/* hidden is not exported, and an exported neighbour must not lend it a name. */
	expect_none("sample", address_of("sample", "hidden"));
}

Test(frames, an_address_outside_the_code_has_no_frames)
{
	build("plain.c", "sample", "-g");
	expect_none("sample", 0);
	expect_none("sample", 0x40); /* the program headers */
	expect_none("sample", UINT64_MAX);
	expect_none("sample", (uint64_t)1 << 40);
}

Test(frames, a_debug_link_leads_to_the_debug_file)
{
	build("plain.c", "sample", "-g");
	shell("mkdir .debug && objcopy --only-keep-debug sample .debug/sample.debug && "
	      "strip sample && objcopy --add-gnu-debuglink=.debug/sample.debug sample");
	expect_inlined("sample");
}

Test(frames, a_debug_file_with_another_checksum_is_not_used)
{
	build("plain.c", "sample", "-g");
	shell("objcopy --only-keep-debug sample sample.debug && strip sample && "
	      "objcopy --add-gnu-debuglink=sample.debug sample && echo >>sample.debug");
	expect_none("sample", address_of("sample", "inlined"));
}

Test(frames, a_debug_server_is_never_asked)
{
	char id[41] = "";

	build("plain.c", "sample", "-g");
	shell("readelf -n sample | sed -n 's/.*Build ID: //p' >id");
	FILE *file = fopen("id", "r");
	cr_assert_not_null(file);
	cr_assert_eq(fscanf(file, "%40s", id), 1);
	fclose(file);
	shell("mkdir -p server/buildid/%s cache && cp sample server/buildid/%s/debuginfo && "
	      "strip sample",
	      id, id);
	char url[PATH_MAX];
	snprintf(url, sizeof(url), "file://%s/server", folder);
	setenv("DEBUGINFOD_URLS", url, 1);
	setenv("DEBUGINFOD_CACHE_PATH", path_of("cache"), 1);
	expect_none("sample", address_of("sample", "inlined"));
}

Test(frames, no_more_frames_than_asked_for_are_stored)
{
	struct symbolizer *symbolizer;
	struct symbol_frame frames[2] = {{0}, {.function = "untouched"}};

	build("plain.c", "sample", "-g");
	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, "sample");
	uint64_t address = address_of("sample", "inlined");
	cr_expect_eq(symbol_module_frames(module, address, frames, 0), 0);
	cr_expect_eq(symbol_module_frames(module, address, frames, 1), 1);
	cr_expect_str_eq(frames[0].function, "innermost");
	cr_expect_str_eq(frames[1].function, "untouched");
	symbolizer_destroy(symbolizer);
}

Test(frames, equal_texts_are_one_string)
{
	struct symbolizer *symbolizer;
	struct symbol_frame first[FRAMES_MAX], second[FRAMES_MAX];

	build("plain.c", "sample", "-g");
	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	struct symbol_module *module = open_sample(symbolizer, "sample");
	uint64_t inlined = address_of("sample", "inlined"), hidden = address_of("sample", "hidden");
	cr_assert_eq(symbol_module_frames(module, inlined, first, FRAMES_MAX), 3);
	cr_assert_eq(symbol_module_frames(module, hidden, second, FRAMES_MAX), 1);
	cr_expect_eq(first[0].file, first[2].file);
	cr_expect_eq(first[0].file, second[0].file);
	symbolizer_destroy(symbolizer);
}
