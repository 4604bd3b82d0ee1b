/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_BYTES = 8192 };

static char folder[64];
static char path[128], image_path[128];

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/unit_image_XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
	snprintf(image_path, sizeof(image_path), "%s/image.db", folder);
}

static void remove_folder(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(image, .init = make_folder, .fini = remove_folder);

struct image {
	unsigned char *bytes;
	size_t size;
};

static struct image image_of(struct trace *trace)
{
	struct image image = {0};

	cr_assert_eq(trace_image(trace, &image.bytes, &image.size), 0, "%s", trace_error(trace));
	return image;
}

static struct trace *open_trace(const char *name, enum trace_mode mode)
{
	struct trace *trace = NULL;

	cr_assert_eq(trace_open(name, mode, &trace), 0, "%s", trace_open_error());
	return trace;
}

/* As a reader in memory takes it: the image alone, without a log beside it. */
static struct trace *open_image(struct image image)
{
	FILE *file = fopen(image_path, "w");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(image.bytes, 1, image.size, file), image.size);
	cr_assert_eq(fclose(file), 0);
	return open_trace(image_path, TRACE_READ);
}

static struct trace *create_with_marks(int count)
{
	struct trace *trace = NULL;

	cr_assert_eq(trace_create(path, &trace), 0, "%s", trace_open_error());
	for (int i = 0; i < count; i++)
		cr_assert_eq(trace_add_mark(trace, 7, (uint64_t)i, "a mark of some length"), 0);
	return trace;
}

static int64_t marks_of(struct trace *trace)
{
	struct trace_query *query;
	int64_t count;

	cr_assert_eq(trace_query(trace, "SELECT count(*) FROM mark", &query), 0, "%s",
		     trace_error(trace));
	cr_assert_eq(trace_query_step(query), 1);
	count = trace_query_int(query, 0);
	trace_query_destroy(query);
	return count;
}

Test(image, holds_what_is_committed_in_the_log_only)
{
	struct trace *writer = create_with_marks(500), *reader, *copy;
	struct image image;

	cr_assert_eq(trace_commit(writer), 0);
	reader = open_trace(path, TRACE_READ);
	image = image_of(reader);
	copy = open_image(image);
	cr_assert_eq(marks_of(copy), 500);
	trace_close(copy);
	trace_close(reader);
	trace_close(writer);
	free(image.bytes);
}

Test(image, is_of_a_file_that_has_no_log)
{
	struct trace *writer = create_with_marks(1);
	struct image image = image_of(writer);

	cr_assert_eq(image.bytes[18], 1, "the version of writers");
	cr_assert_eq(image.bytes[19], 1, "the version of readers");
	cr_assert_eq(image.size % PAGE_BYTES, 0);
	trace_close(writer);
	free(image.bytes);
}

Test(image, says_itself_how_large_it_is)
{
	struct trace *writer = create_with_marks(5000);
	struct image image = image_of(writer);
	const unsigned char *pages = image.bytes + 28;

	cr_expect_eq((size_t)pages[2] << 8 | pages[3], image.size / PAGE_BYTES);
	trace_close(writer);
	free(image.bytes);
}

Test(image, of_a_private_copy_holds_what_was_written_into_the_copy)
{
	struct trace *copy, *again;
	struct image image;

	trace_close(create_with_marks(3));
	copy = open_trace(path, TRACE_COPY);
	cr_assert_eq(trace_add_mark(copy, 7, 9, "one more"), 0);
	image = image_of(copy);
	again = open_image(image);
	cr_assert_eq(marks_of(again), 4);
	trace_close(again);
	trace_close(copy);
	free(image.bytes);
}

Test(image, of_a_closed_trace_is_its_file)
{
	struct trace *reader;
	struct image image;
	unsigned char *file;
	FILE *stream;

	trace_close(create_with_marks(500));
	reader = open_trace(path, TRACE_READ);
	image = image_of(reader);
	trace_close(reader);
	file = malloc(image.size + 1);
	stream = fopen(path, "r");
	cr_assert_not_null(stream);
	cr_assert_eq(fread(file, 1, image.size + 1, stream), image.size);
	cr_assert_arr_eq(file, image.bytes, image.size);
	fclose(stream);
	free(file);
	free(image.bytes);
}

Test(image, keeps_the_place_of_pages_that_did_not_change)
{
	struct trace *writer = create_with_marks(5000);
	struct image before = image_of(writer), after;
	size_t changed = 0;

	cr_assert_eq(trace_add_mark(writer, 7, 5000, "the last one"), 0);
	after = image_of(writer);
	cr_assert_geq(before.size, 20 * PAGE_BYTES);
	for (size_t at = 0; at < before.size; at += PAGE_BYTES)
		changed += memcmp(before.bytes + at, after.bytes + at, PAGE_BYTES) != 0;
	cr_assert_gt(changed, 0);
	cr_assert_lt(changed, 5);
	trace_close(writer);
	free(before.bytes);
	free(after.bytes);
}

Test(image, of_a_file_that_was_cut_off_is_an_error)
{
	struct trace *reader;
	struct image image = {0};

	trace_close(create_with_marks(5000));
	reader = open_trace(path, TRACE_READ);
	cr_assert_eq(truncate(path, 0), 0);
	cr_assert_lt(trace_image(reader, &image.bytes, &image.size), 0);
	cr_assert_null(image.bytes);
	trace_close(reader);
}
