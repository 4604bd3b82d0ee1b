/* SPDX-License-Identifier: Apache-2.0 */
/* How a record comes to stand in a segment. What the writer rests on is the test's own. */
#include <writer.c>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

uint32_t modules_version_now;
struct ticks_line ticks_line;

static union {
	struct track_segment segment;
	char bytes[TRACK_SEGMENT_BYTES];
} room __attribute__((aligned(64)));
static uint64_t now_ns;
static unsigned lost;
static bool is_full; /* there is no other segment */
static struct writer writer;

uint64_t clock_ns(void)
{
	return now_ns;
}

uint64_t ticks_redraw(void)
{
	return now_ns;
}

void spool_note(enum track_note note, uint64_t count)
{
	lost += note == TRACK_NOTE_LOST_SPOOL_FULL ? (unsigned)count : 0;
}

uint64_t spool_address_room(void)
{
	return UINT64_MAX;
}

struct track_segment *spool_take_segment(uint32_t tid, enum track_note *ret_reason)
{
	*ret_reason = TRACK_NOTE_LOST_SPOOL_FULL;
	if (is_full)
		return NULL;
	memset(&room, '?', sizeof(room));
	room.segment = (struct track_segment){.tid = tid, .reserved = sizeof(room.segment)};
	return &room.segment;
}

void spool_untake_segment(struct track_segment *segment)
{
	(void)segment;
}

void trails_reset(void)
{
}

int process_pid(void)
{
	return 0;
}

int process_start_forked(void)
{
	return -ENOSYS;
}

void thread_watch_end(void)
{
}

void standing_take(struct writer *taken)
{
	(void)taken;
}

bool standing_leave(struct writer *left)
{
	return left != NULL;
}

uint64_t repeat_reveal(struct repeats *repeats)
{
	uint64_t callback = repeats->begun;
	repeats->begun = 0;
	return callback;
}

static bool emit(const char *text, size_t size)
{
	return writer_emit_data(&writer, TRACK_OP_NAME, TRACK_KIND_OBJECT, TRACK_CALL_close, 5, 7,
				TRACK_NAME_ARG(TRACK_NAME_TEXT, size), text, size);
}

/* The record at an offset, and where the next one is. */
static const struct track_record *record_at(uint32_t offset, uint32_t *ret_next)
{
	const struct track_record *record = (const void *)(room.bytes + offset);
	cr_assert(eq(u64, record->commit, TRACK_COMMIT(offset)));
	*ret_next = offset + record->size;
	return record;
}

Test(writer, a_record_says_what_it_was_given_behind_the_clock_of_its_thread)
{
	uint32_t next = sizeof(struct track_segment);
	now_ns = 100;
	cr_expect(emit("abc", 3));
	writer_emit(&writer, TRACK_OP_USE, TRACK_KIND_FD, TRACK_CALL_none, 8, 0, 9);
	const struct track_record *named = record_at(next, &next);
	cr_expect(eq(u64, named->size, sizeof(*named) + 8));
	cr_expect(eq(int, named->op, TRACK_OP_NAME));
	cr_expect(eq(int, named->kind, TRACK_KIND_OBJECT));
	cr_expect(eq(int, named->call, TRACK_CALL_close));
	cr_expect(eq(u64, named->subject, 5));
	cr_expect(eq(u64, named->stack, 7));
	cr_expect(eq(u64, named->time_ns, 100));
	const struct track_record *second = record_at(next, &next);
	cr_expect(eq(u64, second->size, sizeof(*second)));
	cr_expect(eq(u64, second->arg, 9));
	cr_expect(eq(u64, second->time_ns, 101), "in order, though the clock stood");
	cr_expect(eq(u64, room.segment.reserved, next));
}

Test(writer, a_payload_is_padded_with_zeros)
{
	uint32_t next = sizeof(struct track_segment);
	for (size_t size = 1; size <= 8; size++)
		cr_expect(emit("abcdefgh", size));
	for (size_t size = 1; size <= 8; size++) {
		const struct track_record *record = record_at(next, &next);
		const char *payload = (const char *)(record + 1);
		cr_expect(eq(u64, record->size, sizeof(*record) + 8));
		cr_expect(zero(memcmp(payload, "abcdefgh", size)));
		for (size_t i = size; i < 8; i++)
			cr_expect(zero(payload[i]));
	}
}

Test(writer, a_payload_is_cut_where_a_name_would_be_too_long)
{
	static const char text[TRACK_NAME_BYTES_MAX + 100];
	uint32_t next = sizeof(struct track_segment);
	cr_expect(emit(text, sizeof(text)));
	cr_expect(eq(u64, record_at(next, &next)->size,
		     sizeof(struct track_record) + TRACK_NAME_BYTES_MAX));
}

Test(writer, what_finds_no_room_is_counted_and_said_to_be_lost)
{
	is_full = true;
	cr_expect(not(emit("abc", 3)));
	cr_expect(eq(u64, lost, 1));
}

Test(writer, a_call_that_was_left_out_is_told_before_what_happens_inside_of_it)
{
	uint32_t next = sizeof(struct track_segment);
	writer.repeats.begun = 77;
	writer_emit(&writer, TRACK_OP_USE, TRACK_KIND_FD, TRACK_CALL_none, 8, 0, 9);
	const struct track_record *fire = record_at(next, &next);
	cr_expect(eq(int, fire->op, TRACK_OP_FIRE));
	cr_expect(eq(u64, fire->subject, 77));
	cr_expect(eq(u64, fire->arg, TRACK_FIRE_AGAIN));
	cr_expect(eq(int, record_at(next, &next)->op, TRACK_OP_USE));
}
