/* SPDX-License-Identifier: Apache-2.0 */
/* Where a module's file and its debug information may lie. */
#include "sample.inc.c"

#include <errno.h>

#define ID "0123456789abcdef0123456789abcdef01234567"
#define OTHER_ID "1123456789abcdef0123456789abcdef01234567"
#define BUILD_ID_FILE ".build-id/01/23456789abcdef0123456789abcdef01234567"

TestSuite(search, .init = begin, .fini = end);

static const uint8_t id[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23,
			     0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67};

/* The function at hidden, as sample knew it, by what is found now; NULL if nothing is. */
static const char *name_of_hidden(const struct symbol_search *search, const char *path,
				  uint64_t address, int *ret_error)
{
	static char name[256];
	struct symbol_frame frames[FRAMES_MAX];
	struct symbolizer *symbolizer;
	struct symbol_module *module;
	size_t count = 0;

	cr_assert_eq(symbolizer_create(search, &symbolizer), 0);
	*ret_error = symbolizer_open(symbolizer, path, id, sizeof(id), &module);
	if (*ret_error == 0)
		count = symbol_module_frames(module, address, frames, FRAMES_MAX);
	if (count > 0)
		snprintf(name, sizeof(name), "%s:%s", frames[0].function,
			 frames[0].line > 0 ? "line" : "");
	symbolizer_destroy(symbolizer);
	return count > 0 ? name : NULL;
}

static void expect_hidden(const struct symbol_search *search, const char *path, uint64_t address)
{
	int error;
	const char *name = name_of_hidden(search, path, address, &error);

	cr_assert_eq(error, 0, "error %d", error);
	cr_assert_not_null(name);
	cr_expect_str_eq(name, "hidden:line");
}

static void expect_error(const struct symbol_search *search, const char *path, int expected)
{
	int error;

	cr_expect_null(name_of_hidden(search, path, 0x1000, &error));
	cr_expect_eq(error, expected, "%d, not %d", error, expected);
}

static uint64_t build_sample(void)
{
	build("plain.c", "sample", "-g -Wl,--build-id=0x" ID);
	return address_of("sample", "hidden");
}

static void strip_to(const char *debug_file)
{
	shell("mkdir -p $(dirname %s) && objcopy --only-keep-debug sample %s && strip sample",
	      debug_file, debug_file);
}

static struct symbol_search search_in(const char *debug_folders)
{
	return (struct symbol_search){.debug_folders = debug_folders};
}

Test(search, a_debug_folder_is_searched_by_build_id)
{
	const struct symbol_search search = search_in("nowhere::further");
	uint64_t address = build_sample();

	strip_to("further/" BUILD_ID_FILE ".debug");
	expect_hidden(&search, path_of("sample"), address);
}

Test(search, a_debug_file_of_another_build_is_not_used)
{
	const struct symbol_search search = search_in("further");
	int error;
	uint64_t address = build_sample();

	strip_to("mine.debug");
	build("plain.c", "other", "-g -Wl,--build-id=0x" OTHER_ID);
	shell("mkdir -p further/.build-id/01 && cp other further/" BUILD_ID_FILE ".debug");
	cr_expect_null(name_of_hidden(&search, path_of("sample"), address, &error));
	cr_expect_eq(error, 0);
}

Test(search, a_debug_folder_is_searched_by_debug_link_under_the_files_own_path)
{
	char debug_file[PATH_MAX];
	const struct symbol_search search = search_in("further");
	uint64_t address = build_sample();

	snprintf(debug_file, sizeof(debug_file), "further%s/sample.debug", folder);
	strip_to(debug_file);
	shell("objcopy --add-gnu-debuglink=%s sample", debug_file);
	expect_hidden(&search, path_of("sample"), address);
}

Test(search, a_debug_folder_without_subfolders_will_do)
{
	const struct symbol_search search = search_in("further");
	uint64_t address = build_sample();

	strip_to("further/sample.debug");
	shell("objcopy --add-gnu-debuglink=further/sample.debug sample");
	expect_hidden(&search, path_of("sample"), address);
}

Test(search, names_of_a_stripped_file_come_from_its_mini_debug_information)
{
	int error;
	uint64_t address = build_sample();

	shell("objcopy --only-keep-debug sample full && "
	      "objcopy -S --keep-symbol=hidden full mini && xz mini && strip sample && "
	      "objcopy --add-section .gnu_debugdata=mini.xz sample");
	const char *name = name_of_hidden(NULL, path_of("sample"), address, &error);
	cr_assert_not_null(name);
	cr_expect_str_eq(name, "hidden:");
}

Test(search, damaged_mini_debug_information_is_survived)
{
	int error;
	uint64_t address = build_sample();

	shell("strip sample && head -c 3000 /dev/urandom >mini && xz -k mini && "
	      "dd if=/dev/zero of=mini.xz bs=1 seek=40 count=9 conv=notrunc status=none && "
	      "objcopy --add-section .gnu_debugdata=mini.xz sample");
	cr_expect_null(name_of_hidden(NULL, path_of("sample"), address, &error));
	cr_expect_eq(error, 0);
}

Test(search, a_module_is_looked_up_below_the_sysroot)
{
	char *root = strdup(path_of("root"));
	const struct symbol_search search = {.sysroot = root};
	uint64_t address = build_sample();

	shell("mkdir -p root/opt && mv sample root/opt/program");
	expect_hidden(&search, "/opt/program", address);
	free(root);
}

Test(search, debug_folders_below_the_sysroot_are_searched)
{
	char *root = strdup(path_of("root"));
	const struct symbol_search search = {.sysroot = root};
	uint64_t address = build_sample();

	strip_to("root/usr/lib/debug/" BUILD_ID_FILE ".debug");
	shell("mkdir -p root/opt && mv sample root/opt/program");
	expect_hidden(&search, "/opt/program", address);
	free(root);
}

Test(search, with_a_sysroot_our_own_file_is_taken_only_by_its_build_id)
{
	char *root = strdup(path_of("root"));
	const struct symbol_search search = {.sysroot = root};
	struct symbolizer *symbolizer;
	struct symbol_module *module;
	uint64_t address = build_sample();

	expect_hidden(&search, path_of("sample"), address);
	cr_assert_eq(symbolizer_create(&search, &symbolizer), 0);
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), NULL, 0, &module), -ENOENT);
	symbolizer_destroy(symbolizer);
	free(root);
}

Test(search, a_deleted_file_is_found_by_its_build_id_in_a_debug_folder)
{
	const struct symbol_search search = search_in("further");
	uint64_t address = build_sample();

	strip_to("further/" BUILD_ID_FILE ".debug");
	shell("rm sample");
	expect_hidden(&search, path_of("sample"), address);
	expect_error(NULL, path_of("sample"), -ENOENT);
}

Test(search, a_replaced_file_never_gives_names_and_a_debug_folder_does)
{
	const struct symbol_search search = search_in("further");
	uint64_t address = build_sample();

	shell("mkdir -p further/.build-id/01 && mv sample further/" BUILD_ID_FILE);
	build("plain.c", "sample", "-g -Wl,--build-id=0x" OTHER_ID);
	expect_hidden(&search, path_of("sample"), address);
	expect_error(NULL, path_of("sample"), -ESTALE);
}

Test(search, a_path_marked_as_deleted_leads_to_the_file_with_the_same_build_id)
{
	char path[PATH_MAX];
	struct symbolizer *symbolizer;
	struct symbol_module *module;
	uint64_t address = build_sample();

	snprintf(path, sizeof(path), "%s/sample (deleted)", folder);
	expect_hidden(NULL, path, address);
	/* Without one, what lies there now is certainly another file. */
	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
	cr_expect_eq(symbolizer_open(symbolizer, path, NULL, 0, &module), -ENOENT);
	symbolizer_destroy(symbolizer);
	build("plain.c", "sample", "-g -Wl,--build-id=0x" OTHER_ID);
	expect_error(NULL, path, -ESTALE);
}

Test(search, a_file_that_is_really_called_deleted_is_opened)
{
	uint64_t address = build_sample();

	shell("mv sample 'sample (deleted)'");
	expect_hidden(NULL, path_of("sample (deleted)"), address);
}
