/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

#include <errno.h>

#define ID_BYTES 20

static struct symbolizer *symbolizer;

static void begin_symbolizer(void)
{
	begin();
	cr_assert_eq(symbolizer_create(NULL, &symbolizer), 0);
}

static void end_symbolizer(void)
{
	symbolizer_destroy(symbolizer);
	end();
}

static int open_plain(const char *path)
{
	struct symbol_module *module = NULL;

	return symbolizer_open(symbolizer, path, NULL, 0, &module);
}

/* A build-id that begins with 01 02 03 ... and ends with last. */
static void build_with_id(const char *name, uint8_t last, uint8_t ret_id[ID_BYTES])
{
	char flags[128] = "-g -Wl,--build-id=0x";

	for (int i = 0; i < ID_BYTES; i++) {
		ret_id[i] = i == ID_BYTES - 1 ? last : (uint8_t)(i + 1);
		sprintf(flags + strlen(flags), "%02x", ret_id[i]);
	}
	build("plain.c", name, flags);
}

Test(symbolizer, the_right_build_id_opens, .init = begin_symbolizer, .fini = end_symbolizer)
{
	struct symbol_module *module;
	uint8_t id[ID_BYTES];

	build_with_id("sample", 1, id);
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), id, ID_BYTES, &module), 0);
}

Test(symbolizer, another_build_id_is_stale, .init = begin_symbolizer, .fini = end_symbolizer)
{
	struct symbol_module *module;
	uint8_t id[ID_BYTES];

	build_with_id("sample", 1, id);
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), id, 8, &module), -ESTALE);
	id[ID_BYTES - 1] ^= 1;
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), id, ID_BYTES, &module),
		     -ESTALE);
}

Test(symbolizer, a_file_without_a_build_id_is_stale_where_one_is_expected, .init = begin_symbolizer,
     .fini = end_symbolizer)
{
	struct symbol_module *module;
	uint8_t id[ID_BYTES] = {0};

	build("plain.c", "sample", "-Wl,--build-id=none");
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), id, ID_BYTES, &module),
		     -ESTALE);
	cr_expect_eq(open_plain(path_of("sample")), 0);
}

Test(symbolizer, a_build_id_that_was_recorded_cut_still_fits, .init = begin_symbolizer,
     .fini = end_symbolizer)
{
	struct symbol_module *module;
	uint8_t id[ID_BYTES];

	memset(id, 0xab, sizeof(id));
	build("plain.c", "sample",
	      "-Wl,--build-id=0xabababababababababababababababababababababababab");
	cr_expect_eq(symbolizer_open(symbolizer, path_of("sample"), id, ID_BYTES, &module), 0);
}

Test(symbolizer, the_same_path_and_build_id_give_the_same_module, .init = begin_symbolizer,
     .fini = end_symbolizer)
{
	struct symbol_module *first, *second, *third;
	uint8_t id[ID_BYTES];

	build_with_id("sample", 1, id);
	const char *path = path_of("sample");
	cr_assert_eq(symbolizer_open(symbolizer, path, id, ID_BYTES, &first), 0);
	cr_assert_eq(symbolizer_open(symbolizer, path, id, ID_BYTES, &second), 0);
	cr_expect_eq(first, second);
	cr_assert_eq(symbolizer_open(symbolizer, path, NULL, 0, &third), 0);
	cr_expect_neq(first, third);
}

Test(symbolizer, a_file_replaced_after_the_open_is_not_used, .init = begin_symbolizer,
     .fini = end_symbolizer)
{
	struct symbol_frame frames[FRAMES_MAX];
	struct symbol_module *module;
	uint8_t id[ID_BYTES], other[ID_BYTES];

	build_with_id("sample", 1, id);
	uint64_t address = address_of("sample", "hidden");
	cr_assert_eq(symbolizer_open(symbolizer, path_of("sample"), id, ID_BYTES, &module), 0);
	build_with_id("sample", 2, other);
	cr_expect_eq(symbol_module_frames(module, address, frames, FRAMES_MAX), 0);
}

Test(symbolizer, a_missing_file_is_reported, .init = begin_symbolizer, .fini = end_symbolizer)
{
	cr_expect_eq(open_plain(path_of("absent")), -ENOENT);
	cr_expect_eq(open_plain(""), -ENOENT);
}

Test(symbolizer, what_is_not_a_program_is_refused, .init = begin_symbolizer, .fini = end_symbolizer)
{
	shell("echo text >text; : >empty; mkfifo fifo; cc -c %s/plain.c -o object.o; "
	      "ar rc archive.a object.o; printf '\\177ELF' >magic",
	      SAMPLES);
	cr_expect_eq(open_plain(path_of("text")), -ENOEXEC);
	cr_expect_eq(open_plain(path_of("empty")), -ENOEXEC);
	cr_expect_eq(open_plain(path_of("fifo")), -ENOEXEC);
	cr_expect_eq(open_plain(path_of("object.o")), -ENOEXEC);
	cr_expect_eq(open_plain(path_of("archive.a")), -ENOEXEC);
	cr_expect_eq(open_plain(path_of("magic")), -ENOEXEC);
	cr_expect_eq(open_plain("/"), -ENOEXEC);
	cr_expect_eq(open_plain("/dev/zero"), -ENOEXEC);
}

/* Ask a damaged file for many addresses; any answer will do, as long as one comes. */
static void ask(const char *name)
{
	struct symbol_frame frames[FRAMES_MAX];
	struct symbol_module *module;
	struct symbolizer *own;

	cr_assert_eq(symbolizer_create(NULL, &own), 0);
	if (symbolizer_open(own, path_of(name), NULL, 0, &module) == 0) {
		for (uint64_t address = 0x1000; address < 0x1400; address += 7) {
			size_t count = symbol_module_frames(module, address, frames, FRAMES_MAX);
			cr_assert_leq(count, FRAMES_MAX);
		}
	}
	symbolizer_destroy(own);
}

static char *read_sample(size_t *ret_size)
{
	FILE *file = fopen(path_of("sample"), "rb");
	char *bytes = malloc(1 << 20);

	cr_assert(file != NULL && bytes != NULL);
	*ret_size = fread(bytes, 1, 1 << 20, file);
	cr_assert_gt(*ret_size, 1000);
	fclose(file);
	return bytes;
}

static void write_damaged(const char *bytes, size_t size)
{
	FILE *file = fopen(path_of("damaged"), "wb");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, size, file), size);
	fclose(file);
}

Test(symbolizer, a_truncated_file_is_survived, .init = begin, .fini = end)
{
	size_t size;

	build("plain.c", "sample", "-g");
	char *bytes = read_sample(&size);
	for (size_t cut = 0; cut < size; cut += size / 200 + 1) {
		write_damaged(bytes, cut);
		ask("damaged");
	}
	free(bytes);
}

Test(symbolizer, a_damaged_file_is_survived, .init = begin, .fini = end)
{
	uint32_t random = 1;
	size_t size;

	build("plain.c", "sample", "-g");
	char *bytes = read_sample(&size);
	for (int round = 0; round < 300; round++) {
		char kept[8];
		size_t places[8];
		for (size_t i = 0; i < 8; i++) {
			random = random * 1664525 + 1013904223;
			places[i] = random % size;
			kept[i] = bytes[places[i]];
			bytes[places[i]] = (char)(random >> 24);
		}
		write_damaged(bytes, size);
		ask("damaged");
		for (size_t i = 8; i > 0; i--)
			bytes[places[i - 1]] = kept[i - 1];
	}
	free(bytes);
}

static void build_stripped_go(void)
{
	FILE *source = fopen("program.go", "w");

	cr_assert_not_null(source);
	fputs("package main\n\n//go:noinline\nfunc hidden(n int) int { return n * 3 }\n\n"
	      "func main() { println(hidden(4)) }\n",
	      source);
	fclose(source);
	shell("GO111MODULE=off go build -o whole program.go && "
	      "GO111MODULE=off go build -ldflags '-s -w' -o sample program.go");
}

/* What nm says of the one with symbols: linked with or without them it is the same. */
static uint64_t go_address(const char *function)
{
	unsigned long address = 0;
	char command[128];
	FILE *output;

	snprintf(command, sizeof(command), "nm whole | sed -n 's/ T %s$//p'", function);
	output = popen(command, "r");
	cr_assert_not_null(output);
	cr_assert_eq(fscanf(output, "%lx", &address), 1);
	pclose(output);
	return address;
}

Test(symbolizer, a_stripped_go_program_has_names, .init = begin_symbolizer, .fini = end_symbolizer,
     .timeout = 120)
{
	struct symbol_frame frames[FRAMES_MAX];
	struct symbol_module *module = NULL;

	if (system("command -v go >/dev/null") != 0)
		cr_skip_test("no go compiler");
	build_stripped_go();
	cr_assert_eq(symbolizer_open(symbolizer, path_of("sample"), NULL, 0, &module), 0);
	cr_assert_eq(
		symbol_module_frames(module, go_address("main.hidden") + 1, frames, FRAMES_MAX), 1);
	cr_expect_str_eq(frames[0].function, "main.hidden");
	cr_assert_eq(
		symbol_module_frames(module, go_address("runtime.main") + 1, frames, FRAMES_MAX),
		1);
	cr_expect_str_eq(frames[0].function, "runtime.main");
}
