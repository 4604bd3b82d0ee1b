/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are read from the file that lies in memory, here this program's own. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "literal.h"
#include "traced.h"

static const char words[] = "a literal of this program";
static char changed[] = "what the file has";

static struct module_files files;
static struct module module;
static struct traced traced;

static void map_own_program(void)
{
	static char path[4096];
	const struct module_file *file;
	Dl_info info;

	cr_assert_gt(readlink("/proc/self/exe", path, sizeof(path) - 1), 0);
	cr_assert_eq(module_files_get(&files, path, &file), 0);
	cr_assert_neq(dladdr(words, &info), 0);
	module = (struct module){.bias = (uint64_t)(uintptr_t)info.dli_fbase,
				 .start = (uint64_t)(uintptr_t)info.dli_fbase,
				 .end = (uint64_t)(uintptr_t)info.dli_fbase + (64u << 20),
				 .file = file,
				 .path = path};
	traced =
		(struct traced){.tgid = (uint32_t)getpid(), .modules = {.at = &module, .count = 1}};
}

static void forget_files(void)
{
	module_files_finish(&files);
}

TestSuite(literal, .init = map_own_program, .fini = forget_files);

Test(literal, is_read_from_its_file)
{
	char text[64];

	changed[0] = 'W';
	cr_assert_eq(literal_read(&traced, (uintptr_t)words, text, sizeof(text)), strlen(words));
	cr_assert_str_eq(text, words);
	cr_assert_gt(literal_read(&traced, (uintptr_t)changed, text, sizeof(text)), 0);
	cr_assert_str_eq(text, "what the file has");
}

Test(literal, is_cut_to_the_room)
{
	char text[10];

	cr_assert_eq(literal_read(&traced, (uintptr_t)words, text, sizeof(text)), 9);
	cr_assert_str_eq(text, "a literal");
}

Test(literal, of_another_file_in_its_place_there_is_none)
{
	struct module_file other = *module.file;
	char text[64];

	other.inode++;
	module.file = &other;
	cr_assert_eq(literal_read(&traced, (uintptr_t)words, text, sizeof(text)), 0);
}

Test(literal, of_no_file_there_is_none)
{
	char text[64], own[] = "on the stack";

	cr_assert_eq(literal_read(&traced, (uintptr_t)own, text, sizeof(text)), 0);
	module.path = (char *)(uintptr_t) "/nowhere";
	cr_assert_eq(literal_read(&traced, (uintptr_t)words, text, sizeof(text)), 0);
}
