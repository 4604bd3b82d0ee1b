/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.inc.c"

#include <errno.h>

TestSuite(spool, .init = fixture_start, .fini = fixture_stop);

static struct builder with_two_segments(void)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_take(&b, 1, 8);
	builder_create(&b, 0, 100, 1);
	builder_create(&b, 1, 200, 2);
	return b;
}

Test(spool, a_truncated_one_keeps_what_could_be_read)
{
	struct builder b = with_two_segments();
	uint64_t second = b.header->segments_offset + TRACK_SEGMENT_BYTES;
	builder_close(&b);
	cr_assert(eq(int, truncate(b.path, (off_t)second + 50), 0));
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1));
}

Test(spool, one_that_was_cut_to_its_header_has_a_process_and_no_events)
{
	struct builder b = with_two_segments();
	builder_close(&b);
	cr_assert(eq(int, truncate(b.path, (off_t)sizeof(struct track_spool)), 0));
	cr_assert(eq(u64, fixture_read_all(), 0));
	cr_assert(eq(u32, record.process_count, 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1));
}

Test(spool, another_version_is_refused_with_both_numbers)
{
	struct builder b = with_two_segments();
	b.header->version = TRACK_WIRE_VERSION + 6;
	cr_assert(eq(int, collector_add(collector, b.path), -EBADMSG));
	cr_assert(not(zero(ptr, strstr(collector_error(collector), "wire 11, expected 5"))), "%s",
		  collector_error(collector));
	builder_close(&b);
}

Test(spool, a_file_of_something_else_is_refused)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/x.spool", folder);
	FILE *file = fopen(path, "w");
	fputs("hello", file);
	fclose(file);
	cr_assert(eq(int, collector_add(collector, path), -EBADMSG));
	cr_assert(not(zero(ptr, strstr(collector_error(collector), "x.spool is not a spool"))));
	cr_assert(eq(int, collector_add(collector, "/nowhere/at/all"), -ENOENT));
	cr_assert(eq(int, collector_add(collector, "/dev/null"), -EBADMSG));
}

static void refuse(struct builder *b, const char *what)
{
	cr_expect(eq(int, collector_add(collector, b->path), -EBADMSG), "%s", what);
}

Test(spool, headers_that_lie_about_the_layout_are_refused)
{
	struct builder b = with_two_segments();
	struct track_spool good = *b.header;
	b.header->segment_bytes = 64;
	refuse(&b, "segment size");
	*b.header = good;
	b.header->segment_count = UINT32_MAX;
	refuse(&b, "segment count");
	*b.header = good;
	b.header->usage_count = UINT32_MAX;
	refuse(&b, "usage count");
	*b.header = good;
	b.header->segments_offset = UINT64_MAX - 7;
	refuse(&b, "segments offset");
	*b.header = good;
	b.header->segments_offset += 4;
	refuse(&b, "alignment");
	*b.header = good;
	b.header->usage_offset = 0;
	refuse(&b, "usage over header");
	*b.header = good;
	b.header->usage_offset = b.header->segments_offset;
	refuse(&b, "usage over segments");
	*b.header = good;
	b.header->standing_count = TRACK_STANDINGS_MAX + 1;
	b.header->wakers_offset = b.header->orders_offset = 0;
	b.header->waker_count = b.header->order_count = 0;
	b.header->segments_offset = 1u << 30;
	refuse(&b, "standings count");
	*b.header = good;
	b.header->standings_offset -= 8;
	refuse(&b, "standings over usage");
	*b.header = good;
	b.header->wakers_offset = UINT64_MAX - 7;
	refuse(&b, "wakers offset");
	*b.header = good;
	b.header->wakers_offset += 4;
	b.header->orders_offset = b.header->order_count = 0;
	refuse(&b, "alignment of the wakers");
	*b.header = good;
	b.header->order_count = UINT32_MAX / 48;
	refuse(&b, "orders count");
	*b.header = good;
	b.header->order_count++;
	refuse(&b, "orders over segments");
	*b.header = good;
	b.header->pid = -1;
	refuse(&b, "pid");
	builder_close(&b);
}

Test(spool, a_segments_count_above_the_table_is_no_harm)
{
	struct builder b = with_two_segments();
	b.header->segments_used = UINT32_MAX;
	builder_segment(&b, 1)->reserved = UINT32_MAX;
	builder_close(&b);
	cr_assert(eq(u64, fixture_read_all(), 2));
}

Test(spool, a_damaged_stretch_is_skipped_and_counted)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_create(&b, 0, 100, 1);
	memset(builder_reserve(&b, 0, 80), 0xab, 80);
	builder_create(&b, 0, 300, 3);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.text, "create:1@100/7 create:3@300/7 "));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_HOLES], 0));
}

Test(spool, the_header_counts_and_ours_are_added)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	b.header->notes[TRACK_NOTE_LOST_DAMAGED] = 5;
	b.header->notes[TRACK_NOTE_IO_URING] = 2;
	builder_take(&b, 0, 7);
	memset(builder_reserve(&b, 0, 80), 0xab, 80);
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 6));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_IO_URING], 2));
}

Test(spool, the_same_file_given_twice_is_read_once)
{
	struct builder b = with_two_segments();
	builder_close(&b);
	cr_assert(eq(int, collector_add(collector, b.path), 0));
	cr_assert(eq(u64, fixture_read_all(), 2));
	cr_assert(eq(u32, record.process_count, 1));
}

Test(spool, a_bad_one_in_a_folder_does_not_hide_the_good_one)
{
	struct builder b = with_two_segments();
	builder_close(&b);
	struct builder bad = builder_open(folder, "b", BUILDER_DEAD_PID);
	bad.header->magic[0] = 'x';
	builder_close(&bad);
	cr_assert(eq(u64, fixture_read_all(), 2));
	cr_assert(not(zero(ptr, strstr(collector_error(collector), "b.spool"))), "%s",
		  collector_error(collector));
}

/* Holes where the zeros were: cp --sparse makes such files. */
Test(spool, a_sparse_copy_reads_like_the_original)
{
	struct builder b = with_two_segments();
	struct track_segment *segment = builder_segment(&b, 0);
	uint64_t tail = (uint64_t)((uint8_t *)segment - (uint8_t *)b.header) + 8192;
	int fd = open(b.path, O_RDWR | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
	cr_assert(eq(int,
		     fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)tail, 16384),
		     0));
	close(fd);
	builder_close(&b);
	cr_assert(eq(u64, fixture_read_all(), 2));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 0));
}

Test(spool, one_that_is_cut_before_it_is_read_is_no_harm)
{
	struct builder b = with_two_segments();
	uint64_t events;
	builder_close(&b);
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, truncate(b.path, 100), 0));
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	cr_assert(eq(u64, events, 0));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1));
}
