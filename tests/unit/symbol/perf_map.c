/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

#include <errno.h>

static struct symbolizer *symbolizer;
static char root[PATH_MAX];

static void begin_map(void)
{
	begin();
	shell("mkdir -p root/tmp");
	snprintf(root, sizeof(root), "%s/root", folder);
	const struct symbol_search search = {.sysroot = root};
	cr_assert_eq(symbolizer_create(&search, &symbolizer), 0);
}

static void end_map(void)
{
	symbolizer_destroy(symbolizer);
	end();
}

TestSuite(perf_map, .init = begin_map, .fini = end_map);

static FILE *write_map(void)
{
	FILE *stream = fopen("root/tmp/perf-7.map", "w");

	cr_assert_not_null(stream);
	return stream;
}

static int ask(const uint64_t *addresses, size_t count, struct symbol_frame *frames)
{
	return symbolizer_map_frames(symbolizer, "/tmp/perf-7.map", addresses, count, frames);
}

static const char *name_at(uint64_t address)
{
	struct symbol_frame frame;

	cr_assert_eq(ask(&address, 1, &frame), 0);
	return frame.function != NULL ? frame.function : "none";
}

Test(perf_map, each_address_has_the_function_that_covers_it)
{
	const uint64_t addresses[] = {0xfff, 0x1000, 0x100f, 0x1010, 0x2000};
	const char *expected[] = {NULL, "one", "one", NULL, "two"};
	struct symbol_frame frames[5];
	FILE *stream = write_map();

	fputs("1000 10 one\n0x2000 0x1 two\n", stream);
	fclose(stream);
	cr_assert_eq(ask(addresses, 5, frames), 0);
	for (size_t i = 0; i < 5; i++)
		cr_expect(expected[i] == NULL
				  ? frames[i].function == NULL
				  : frames[i].function != NULL &&
					    strcmp(frames[i].function, expected[i]) == 0,
			  "address %zu", i);
}

Test(perf_map, of_two_functions_in_one_place_the_later_counts)
{
	FILE *stream = write_map();

	fputs("1000 10 old\n1008 4 new\n", stream);
	fclose(stream);
	cr_expect_str_eq(name_at(0x1004), "old");
	cr_expect_str_eq(name_at(0x1009), "new");
}

Test(perf_map, a_map_longer_than_a_chunk_is_read_to_its_end)
{
	FILE *stream = write_map();

	for (unsigned i = 0; i < 100000; i++)
		fprintf(stream, "%x 10 function_%u\n", 0x10000 + i * 16, i);
	fclose(stream);
	cr_expect_str_eq(name_at(0x10000), "function_0");
	cr_expect_str_eq(name_at(0x10000 + 99999 * 16), "function_99999");
	cr_expect_str_eq(name_at(0x10000 + 43210 * 16 + 15), "function_43210");
}

Test(perf_map, lines_that_are_none_are_stepped_over)
{
	FILE *stream = write_map();

	fputs("\n \n1000\n1000 10\n1000 10 \nxyz 10 wrong\n1000 zz wrong\n"
	      "11112222333344445 10 wrong\nffffffffffffffff ffffffffffffffff far\n",
	      stream);
	for (unsigned i = 0; i < 1 << 20; i++)
		fputc('x', stream);
	fputs("\n1000 10 right\n1000 10 unfinished", stream);
	fclose(stream);
	cr_expect_str_eq(name_at(0x1001), "right");
	cr_expect_str_eq(name_at(0x3001), "none");
}

Test(perf_map, lines_about_everything_end_in_time)
{
	enum { ADDRESSES = 10000, LINES = 100000 };
	uint64_t *addresses = malloc(ADDRESSES * sizeof(*addresses));
	struct symbol_frame *frames = malloc(ADDRESSES * sizeof(*frames));
	FILE *stream = write_map();

	cr_assert(addresses != NULL && frames != NULL);
	for (unsigned i = 0; i < LINES; i++)
		fputs("0 ffffffffffffffff everything\n", stream);
	fclose(stream);
	for (unsigned i = 0; i < ADDRESSES; i++)
		addresses[i] = 0x1000 + i;
	cr_assert_eq(ask(addresses, ADDRESSES, frames), 0);
	cr_expect_str_eq(frames[ADDRESSES - 1].function, "everything");
	free(frames);
	free(addresses);
}

Test(perf_map, a_map_that_is_not_there_or_not_to_be_trusted_is_reported)
{
	const uint64_t address = 1;
	struct symbol_frame frame;

	cr_expect_eq(ask(&address, 1, &frame), -ENOENT);
	shell("mkdir root/tmp/perf-7.map");
	cr_expect_eq(ask(&address, 1, &frame), -EPERM);
}

Test(perf_map, random_bytes_are_survived)
{
	const uint64_t addresses[] = {0, 1, 0xa, 0x1000};
	struct symbol_frame frames[4];

	shell("head -c 1000000 /dev/urandom >root/tmp/perf-7.map");
	cr_expect_eq(ask(addresses, 4, frames), 0);
}

/* What the node that is installed here really writes. */
Test(perf_map, a_function_of_a_running_node_is_found)
{
	unsigned long start = 0;
	struct symbol_frame frame;

	if (system("command -v node >/dev/null") != 0)
		cr_skip("no node here");
	shell("echo 'function busy(n) { return n < 2 ? n : busy(n - 1) + busy(n - 2); } busy(25);' "
	      ">app.js && sh -c 'echo $$ >pid && exec node --perf-basic-prof app.js' && "
	      "mv /tmp/perf-$(cat pid).map root/tmp/perf-7.map && "
	      "sed -n 's/ .*[*^]busy .*//p' root/tmp/perf-7.map | tail -1 >start");
	FILE *stream = fopen("start", "r");
	cr_assert_not_null(stream);
	cr_assert_eq(fscanf(stream, "%lx", &start), 1);
	fclose(stream);
	const uint64_t address = start;
	cr_assert_eq(ask(&address, 1, &frame), 0);
	cr_expect_str_eq(frame.function, "busy");
	cr_expect_str_eq(frame.file, path_of("app.js"));
	cr_expect_eq(frame.line, 1);
}
