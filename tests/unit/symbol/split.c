/* SPDX-License-Identifier: Apache-2.0 */
/* Split DWARF: in .dwo files and in .dwp packages, against the same program built whole. */
#include "sample.inc.c"

TestSuite(split, .init = begin, .fini = end);

enum { STEP = 1 };

/* The code of name, by its symbol table. */
static void find_code(const char *name, uint64_t *ret_start, uint64_t *ret_end)
{
	char command[512];
	unsigned long address, size, offset;

	snprintf(command, sizeof(command), "readelf -SW %s | sed -n 's/.* \\.text *PROGBITS *//p'",
		 name);
	FILE *output = popen(command, "r");
	cr_assert_not_null(output);
	cr_assert_eq(fscanf(output, "%lx %lx %lx", &address, &offset, &size), 3);
	pclose(output);
	*ret_start = address;
	*ret_end = address + size;
}

/* NULL and what a text is. */
static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A program of this folder, open: a symbolizer to be destroyed, and its module. */
struct opened {
	struct symbolizer *symbolizer;
	struct symbol_module *module;
};

static struct opened open_program(const struct symbol_search *search, const char *name)
{
	struct opened opened;

	cr_assert_eq(symbolizer_create(search, &opened.symbolizer), 0);
	cr_assert_eq(symbolizer_open(opened.symbolizer, path_of(name), NULL, 0, &opened.module), 0);
	return opened;
}

/* Every address of split must be called as in whole. Returns how many have inlined frames. */
static size_t expect_same(const struct symbol_search *search, const char *split)
{
	struct symbol_frame a[FRAMES_MAX], b[FRAMES_MAX];
	struct opened first = open_program(NULL, "whole"), second = open_program(search, split);
	uint64_t start, end;
	size_t inlined = 0;

	find_code("whole", &start, &end);
	for (uint64_t address = start; address < end; address += STEP) {
		size_t count = symbol_module_frames(first.module, address, a, FRAMES_MAX);
		cr_assert_eq(symbol_module_frames(second.module, address, b, FRAMES_MAX), count,
			     "at %lx", (unsigned long)address);
		for (size_t i = 0; i < count; i++) {
			cr_assert(same(a[i].function, b[i].function), "%s, not %s at %lx",
				  b[i].function, a[i].function, (unsigned long)address);
			cr_assert(same(a[i].file, b[i].file), "%s, not %s at %lx", b[i].file,
				  a[i].file, (unsigned long)address);
			cr_assert_eq(a[i].line, b[i].line);
		}
		inlined += count > 1;
	}
	symbolizer_destroy(first.symbolizer);
	symbolizer_destroy(second.symbolizer);
	return inlined;
}

/* pieces.cc and a second unit, whole and split. In a folder of its own: obj. The compiler takes a
 * second for it, so that where only the objects' place matters build_single will do. */
static void build_both(const char *flags)
{
	shell("mkdir -p obj && cd obj && for name in pieces scopes; do "
	      "sed 's/int main/int main_'$name'/' %s/$name.cc >$name.cc || exit 1; done && "
	      "echo 'int main_pieces(int, char **); int main(int c, char **v) "
	      "{ return main_pieces(c, v); }' >main.cc && "
	      "for kind in '' -gsplit-dwarf; do for name in pieces scopes main; do "
	      "c++ -w -std=c++17 -O2 -g %s $kind -c $name.cc || exit 1; done; "
	      "c++ pieces.o scopes.o main.o -o ../whole$kind || exit 1; done; "
	      "mv ../whole-gsplit-dwarf ../split",
	      SAMPLES, flags);
}

/* One unit that begins at an address of its own, to which its ranges are relative. */
static void build_single(const char *flags)
{
	shell("mkdir obj && cp %s/mixed.c obj && cd obj && for kind in '' -gsplit-dwarf; do "
	      "cc -O2 -fno-reorder-functions -g %s $kind -c mixed.c && "
	      "cc mixed.o -o ../whole$kind || exit 1; done; mv ../whole-gsplit-dwarf ../split",
	      SAMPLES, flags);
}

static bool has_tool(const char *tool)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", tool);
	return system(command) == 0;
}

Test(split, the_objects_of_dwarf_5_say_what_the_whole_says)
{
	build_both("-gdwarf-5");
	cr_expect_gt(expect_same(NULL, "split"), 50);
}

Test(split, the_objects_of_dwarf_4_say_what_the_whole_says)
{
	build_both("-gdwarf-4");
	cr_expect_gt(expect_same(NULL, "split"), 50);
}

Test(split, ranges_of_dwarf_5_are_relative_to_the_skeleton)
{
	build_single("-gdwarf-5");
	cr_expect_gt(expect_same(NULL, "split"), 5);
}

Test(split, ranges_of_dwarf_4_are_relative_to_the_skeleton)
{
	build_single("-gdwarf-4");
	cr_expect_gt(expect_same(NULL, "split"), 5);
}

Test(split, compressed_objects_are_understood)
{
	build_both("-gdwarf-5 -gz");
	cr_expect_gt(expect_same(NULL, "split"), 50);
}

Test(split, a_package_of_dwarf_4_says_what_the_whole_says)
{
	if (!has_tool("dwp"))
		cr_skip("no dwp here");
	build_both("-gdwarf-4");
	shell("cd obj && dwp -e ../split -o ../split.dwp && rm *.dwo");
	cr_expect_gt(expect_same(NULL, "split"), 50);
}

Test(split, a_package_of_dwarf_5_says_what_the_whole_says)
{
	if (!has_tool("llvm-dwp"))
		cr_skip("no llvm-dwp here");
	build_both("-gdwarf-5");
	shell("cd obj && llvm-dwp -o ../split.dwp *.dwo && rm *.dwo");
	cr_expect_gt(expect_same(NULL, "split"), 50);
}

Test(split, what_clang_writes_is_understood)
{
	if (!has_tool("clang++"))
		cr_skip("no clang here");
	for (int version = 4; version <= 5; version++) {
		shell("rm -rf * && mkdir obj && cp %s/pieces.cc obj && cd obj && "
		      "for kind in '' -gsplit-dwarf; do clang++ -w -std=c++17 -O2 -gdwarf-%d $kind "
		      "-c pieces.cc && clang++ pieces.o -o ../whole$kind || exit 1; done; "
		      "mv ../whole-gsplit-dwarf ../split",
		      SAMPLES, version);
		cr_expect_gt(expect_same(NULL, "split"), 50);
	}
}

Test(split, a_package_lies_beside_the_debug_file_too)
{
	if (!has_tool("dwp"))
		cr_skip("no dwp here");
	build_single("-gdwarf-4");
	shell("cd obj && dwp -e ../split -o ../split.dwp && rm *.dwo && cd .. && "
	      "mkdir .debug && objcopy --only-keep-debug split .debug/split.debug && "
	      "strip split && objcopy --add-gnu-debuglink=.debug/split.debug split && "
	      "mv split.dwp .debug/split.dwp");
	cr_expect_gt(expect_same(NULL, "split"), 5);
}

Test(split, objects_may_have_moved_beside_the_program)
{
	build_single("-gdwarf-5");
	shell("mv obj/*.dwo . && rm -r obj");
	cr_expect_gt(expect_same(NULL, "split"), 5);
}

Test(split, objects_are_found_in_a_debug_folder)
{
	char *further = strdup(path_of("further"));
	const struct symbol_search search = {.debug_folders = further};

	build_single("-gdwarf-5");
	shell("mkdir -p further%s && mv obj further%s/obj", folder, folder);
	cr_expect_gt(expect_same(&search, "split"), 5);
	free(further);
}

static const char *first_name(const char *name)
{
	static char text[256];
	struct opened program = open_program(NULL, name);
	struct symbol_frame frames[FRAMES_MAX];

	size_t count = symbol_module_frames(program.module, address_of(name, "inlined"), frames,
					    FRAMES_MAX);
	snprintf(text, sizeof(text), "%s", count > 0 ? frames[0].function : "none");
	symbolizer_destroy(program.symbolizer);
	return text;
}

Test(split, an_object_of_another_build_is_not_used)
{
	build("plain.c", "sample", "-g -gsplit-dwarf");
	shell("mv sample kept && sed 's/innermost/wrong/' %s/plain.c >plain.c && "
	      "cc -O2 -g -gsplit-dwarf plain.c -o sample && mv kept sample",
	      SAMPLES);
	cr_expect_str_neq(first_name("sample"), "wrong");
	cr_expect_str_neq(first_name("sample"), "innermost");
}

Test(split, what_is_no_file_is_not_opened, .timeout = 60)
{
	build("plain.c", "sample", "-g -gsplit-dwarf");
	shell("for file in *.dwo; do rm $file && mkfifo $file; done");
	cr_expect_str_eq(first_name("sample"), "outer");
}

struct bytes {
	uint8_t data[1 << 16];
	size_t size;
};

static void read_bytes(const char *path, struct bytes *ret_bytes)
{
	FILE *file = fopen(path, "rb");

	cr_assert_not_null(file);
	ret_bytes->size = fread(ret_bytes->data, 1, sizeof(ret_bytes->data), file);
	cr_assert(feof(file), "%s is larger than this test thought", path);
	fclose(file);
}

static void write_bytes(const char *path, const struct bytes *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes->data, 1, size, file), size);
	fclose(file);
}

/* Some are changed at random, half of them at the end, where indices lie. */
static void damage(struct bytes *bytes, uint32_t seed)
{
	size_t tail = bytes->size < 2048 ? bytes->size : 2048;

	for (int i = 0; i < 24; i++) {
		seed = seed * 1664525 + 1013904223;
		size_t at = seed % bytes->size;
		bytes->data[i % 2 == 0 ? at : bytes->size - 1 - at % tail] = (uint8_t)(seed >> 24);
	}
}

/* Any answer will do, as long as one comes. */
static void ask_all(const char *name)
{
	struct opened program = open_program(NULL, name);
	struct symbol_frame frames[FRAMES_MAX];

	for (uint64_t address = 0x1000; address < 0x1400; address += 7)
		cr_assert_leq(symbol_module_frames(program.module, address, frames, FRAMES_MAX),
			      FRAMES_MAX);
	symbolizer_destroy(program.symbolizer);
}

static void survive(const char *split_file, bool with_package, const char *flags)
{
	static struct bytes kept, damaged;
	char command[256];

	snprintf(command, sizeof(command), "-g -gsplit-dwarf %s", flags);
	build("plain.c", "sample", command);
	if (with_package)
		shell("dwp -e sample -o sample.dwp && rm *.dwo");
	read_bytes(split_file, &kept);
	for (uint32_t round = 0; round < 150; round++) {
		damaged = kept;
		damage(&damaged, round * 77 + 1);
		write_bytes(split_file, &damaged, damaged.size);
		ask_all("sample");
	}
	for (size_t cut = 0; cut < 40; cut++) {
		write_bytes(split_file, &kept, kept.size * cut / 40);
		ask_all("sample");
	}
}

Test(split, a_damaged_object_is_survived)
{
	survive("sample-plain.dwo", false, "-gdwarf-5");
}

Test(split, a_damaged_package_is_survived)
{
	if (!has_tool("dwp"))
		cr_skip("no dwp here");
	survive("sample.dwp", true, "-gdwarf-4");
}
