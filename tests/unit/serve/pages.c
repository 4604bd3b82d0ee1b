/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <endian.h>
#include <errno.h>
#include <serve/pages.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 512 };

/* So many pages; each letter fills one. A first page says how large they are. */
static unsigned char *image(const char *letters, size_t *ret_size)
{
	size_t count = strlen(letters);
	unsigned char *bytes = malloc(count * PAGE);

	for (size_t i = 0; i < count; i++)
		memset(bytes + i * PAGE, letters[i], PAGE);
	bytes[16] = PAGE >> 8;
	bytes[17] = 0;
	*ret_size = count * PAGE;
	return bytes;
}

static struct pages *pages_of(const char *letters, uint32_t revision, const struct pages *before)
{
	struct pages *pages = NULL;
	size_t size;
	unsigned char *bytes = image(letters, &size);

	cr_assert_eq(pages_create(bytes, size, revision, before, &pages), 0);
	return pages;
}

struct message {
	size_t size;
	unsigned char bytes[16 * PAGE];
};

static struct message message_of(struct pages *pages, uint32_t since)
{
	struct message message;
	struct frame *frame;

	cr_assert_eq(frame_create(pages, since, &frame), 0);
	message.size = frame_read(frame, 0, (char *)message.bytes, sizeof(message.bytes));
	cr_assert_eq(message.size, frame_size(frame));
	frame_destroy(frame);
	return message;
}

static uint32_t word(const struct message *message, size_t at)
{
	uint32_t value;

	memcpy(&value, message->bytes + at, sizeof(value));
	return le32toh(value);
}

/* Letters of the pages in it, with their numbers: "1b4e". */
static const char *content(struct pages *pages, uint32_t since)
{
	static char text[64];
	struct message message = message_of(pages, since);
	uint32_t count = word(&message, 20);
	char *at = text;

	cr_assert_eq(message.size, 24 + count * (4 + PAGE));
	for (uint32_t i = 0; i < count; i++)
		at += sprintf(at, "%u%c", word(&message, 24 + 4 * i),
			      message.bytes[24 + 4 * count + i * PAGE + 100]);
	*at = '\0';
	return text;
}

Test(pages, a_message_says_what_it_holds)
{
	struct pages *pages = pages_of("abc", 5, NULL);
	struct message message = message_of(pages, 0);

	cr_expect_arr_eq(message.bytes, "RTKP", 4);
	cr_expect_eq(word(&message, 4), 1);
	cr_expect_eq(word(&message, 8), 5);
	cr_expect_eq(word(&message, 12), PAGE);
	cr_expect_eq(word(&message, 16), 3);
	cr_expect_eq(word(&message, 20), 3);
	cr_expect_eq(message.size, 24 + 3 * 4 + 3 * PAGE);
	pages_drop(pages);
}

Test(pages, who_has_nothing_gets_all)
{
	struct pages *pages = pages_of("abc", 1, NULL);

	cr_expect_str_eq(content(pages, 0), "0a1b2c");
	pages_drop(pages);
}

Test(pages, who_has_the_revision_gets_nothing)
{
	struct pages *pages = pages_of("abc", 1, NULL);

	cr_expect_str_eq(content(pages, 1), "");
	pages_drop(pages);
}

Test(pages, a_revision_that_never_was_means_all)
{
	struct pages *pages = pages_of("abc", 1, NULL);

	cr_expect_str_eq(content(pages, 2), "0a1b2c");
	cr_expect_str_eq(content(pages, UINT32_MAX), "0a1b2c");
	pages_drop(pages);
}

Test(pages, what_changed_since_any_revision_is_given)
{
	struct pages *first = pages_of("abcd", 1, NULL), *second = pages_of("aBcd", 2, first),
		     *third = pages_of("aBcDE", 3, second);

	pages_drop(first);
	pages_drop(second);
	cr_expect_str_eq(content(third, 1), "1B3D4E");
	cr_expect_str_eq(content(third, 2), "3D4E");
	cr_expect_str_eq(content(third, 3), "");
	pages_drop(third);
}

Test(pages, what_changed_and_changed_back_is_given_to_who_missed_it)
{
	struct pages *first = pages_of("ab", 1, NULL), *second = pages_of("aB", 2, first),
		     *third = pages_of("ab", 3, second);

	cr_expect_str_eq(content(third, 2), "1b");
	pages_drop(first);
	pages_drop(second);
	pages_drop(third);
}

Test(pages, of_a_file_that_shrank_and_grew_the_new_end_is_given)
{
	struct pages *first = pages_of("abc", 1, NULL), *second = pages_of("ab", 2, first),
		     *third = pages_of("abc", 3, second);
	struct message message = message_of(second, 1);

	cr_expect_eq(word(&message, 16), 2, "pages of the whole");
	cr_expect_str_eq(content(second, 1), "");
	cr_expect_str_eq(content(third, 2), "2c");
	cr_expect_str_eq(content(third, 1), "2c");
	pages_drop(first);
	pages_drop(second);
	pages_drop(third);
}

Test(pages, of_another_page_size_nothing_is_kept)
{
	struct pages *first = pages_of("aaaa", 1, NULL), *second;
	size_t size;
	unsigned char *bytes = image("aaaa", &size);

	bytes[16] = 2 * PAGE >> 8;
	cr_assert_eq(pages_create(bytes, size, 2, first, &second), 0);
	struct message message = message_of(second, 1);
	cr_expect_eq(word(&message, 12), 2 * PAGE);
	cr_expect_eq(word(&message, 20), 2);
	pages_drop(first);
	pages_drop(second);
}

Test(pages, a_message_can_be_read_in_any_pieces)
{
	struct pages *first = pages_of("abcdef", 1, NULL), *pages = pages_of("aBcdEf", 2, first);
	struct message whole = message_of(pages, 1);
	struct frame *frame;

	cr_assert_eq(frame_create(pages, 1, &frame), 0);
	for (size_t step = 1; step < 700; step += 13) {
		char piece[700];

		for (size_t at = 0, got; at < whole.size; at += got) {
			got = frame_read(frame, at, piece, step);
			cr_assert_gt(got, 0);
			cr_assert_arr_eq(piece, whole.bytes + at, got);
		}
	}
	cr_expect_eq(frame_read(frame, whole.size, (char *)whole.bytes, 9), 0);
	frame_destroy(frame);
	pages_drop(first);
	pages_drop(pages);
}

Test(pages, a_message_outlives_its_pages)
{
	struct pages *pages = pages_of("abc", 1, NULL);
	struct frame *frame;
	char bytes[4 * PAGE];

	cr_assert_eq(frame_create(pages, 0, &frame), 0);
	pages_drop(pages);
	cr_expect_eq(frame_read(frame, 0, bytes, sizeof(bytes)), 24 + 3 * 4 + 3 * PAGE);
	frame_destroy(frame);
}

Test(pages, the_largest_pages_are_written_as_one)
{
	unsigned char *bytes = calloc(2, 65536);
	struct pages *pages;

	bytes[17] = 1;
	cr_assert_eq(pages_create(bytes, 2 * 65536, 1, NULL, &pages), 0);
	struct frame *frame;
	cr_assert_eq(frame_create(pages, 0, &frame), 0);
	cr_expect_eq(frame_size(frame), 24 + 2 * 4 + 2 * 65536);
	frame_destroy(frame);
	pages_drop(pages);
}

Test(pages, what_has_no_page_size_is_refused)
{
	static const struct {
		size_t size;
		unsigned char high, low;
	} wrong[] = {{0, 2, 0},	   {511, 2, 0},	 {513, 2, 0},  {1024, 0, 0},
		     {1024, 0, 2}, {1536, 4, 0}, {1536, 3, 0}, {1024, 0xff, 0xff}};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		unsigned char *bytes = calloc(1, 2048);
		struct pages *pages = NULL;

		bytes[16] = wrong[i].high;
		bytes[17] = wrong[i].low;
		cr_expect_eq(pages_create(bytes, wrong[i].size, 1, NULL, &pages), -EBADMSG, "%zu",
			     i);
		cr_expect_null(pages);
		free(bytes);
	}
}
