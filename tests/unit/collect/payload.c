/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.inc.c"

TestSuite(payload, .init = fixture_start, .fini = fixture_stop);

/* What a single record of a dead process makes of itself. */
static void read_one(struct builder_record r)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	r.time_ns = r.time_ns ? r.time_ns : 100;
	builder_add(&b, 0, r);
	builder_close(&b);
	fixture_read_all();
}

static void expect_damaged(void)
{
	cr_assert(eq(str, record.text, ""));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 1));
}

Test(payload, a_thread_birth_that_is_too_short_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_CREATE,
					 .kind = TRACK_KIND_THREAD,
					 .data = "12345678",
					 .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_name_that_is_longer_than_its_record_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_NAME,
					 .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 9),
					 .data = "12345678",
					 .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_use_without_its_counters_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_USE, .data = "12345678", .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_class_that_does_not_exist_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_CREATE,
					 .arg = TRACK_FD_ARG(TRACK_FD_CLASS__COUNT, 0, -1)});
	expect_damaged();
}

Test(payload, a_kind_that_does_not_exist_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_DONE, .kind = TRACK_KIND__COUNT});
	expect_damaged();
}

Test(payload, a_time_beyond_any_clock_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_DONE, .time_ns = UINT64_MAX});
	expect_damaged();
}

struct module_payload {
	struct track_module module;
	char path[8];
};

Test(payload, a_module_arrives_with_its_path)
{
	struct module_payload p = {{.start = 1, .end = 2, .path_bytes = 7}, "/a/b.so"};
	read_one((struct builder_record){
		.op = TRACK_META_MODULE, .data = &p, .data_bytes = sizeof(p)});
	cr_assert(eq(str, record.text, "module:/a/b.so "));
}

Test(payload, a_module_whose_path_leaves_the_record_is_dropped)
{
	struct module_payload p = {{.start = 1, .end = 2, .path_bytes = 9}, "/a/b.so"};
	read_one((struct builder_record){
		.op = TRACK_META_MODULE, .data = &p, .data_bytes = sizeof(p)});
	expect_damaged();
}

Test(payload, a_mark_arrives_clean_and_in_order)
{
	read_one((struct builder_record){.op = TRACK_OP_MARK,
					 .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 5),
					 .data = "a\nbcdXX",
					 .data_bytes = 7});
	char expected[64];
	snprintf(expected, sizeof(expected), "mark:%d@100=a bcd ", BUILDER_DEAD_PID);
	cr_assert(eq(str, record.text, expected));
}

Test(payload, the_names_of_the_process_arrive_without_their_padding)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_PROCESS,
					    .time_ns = 11,
					    .arg = TRACK_PROCESS_COMMAND,
					    .data = "ls\0-l\0",
					    .data_bytes = 6});
	builder_add(&b, 0,
		    (struct builder_record){.op = TRACK_META_PROCESS,
					    .time_ns = 11,
					    .arg = TRACK_PROCESS_EXE,
					    .data = "/bin/ls",
					    .data_bytes = 7});
	builder_close(&b);
	fixture_read_all();
	cr_assert(eq(str, record.names[0][0], "/bin/ls"));
	cr_assert(eq(str, record.names[0][1], "ls -l"));
}

Test(payload, a_literal_is_told_before_what_comes_later)
{
	read_one((struct builder_record){.op = TRACK_META_TEXT,
					 .subject = 5,
					 .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 4),
					 .data = "tag.....",
					 .data_bytes = 8});
	cr_assert(eq(str, record.text, "text:5=tag. "));
}

Test(payload, a_literal_without_an_id_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_META_TEXT,
					 .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, 4),
					 .data = "tag.....",
					 .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_relation_that_is_too_short_is_dropped)
{
	read_one((struct builder_record){.op = TRACK_OP_RETAIN,
					 .kind = TRACK_KIND_OBJECT,
					 .data = "12345678",
					 .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_relation_to_a_kind_that_does_not_exist_is_dropped)
{
	struct track_relation relation = {.other_kind = TRACK_KIND__COUNT};

	read_one((struct builder_record){.op = TRACK_OP_RETAIN,
					 .kind = TRACK_KIND_OBJECT,
					 .data = (const char *)&relation,
					 .data_bytes = sizeof(relation)});
	expect_damaged();
}

Test(payload, a_record_of_an_annotated_kind_needs_no_payload)
{
	read_one((struct builder_record){
		.op = TRACK_OP_CREATE, .kind = TRACK_KIND_TASK, .subject = 9});
	cr_assert(eq(str, record.text, "create:9@100/7 "));
}

Test(payload, an_end_of_an_annotated_kind_has_a_whole_relation_or_none)
{
	read_one((struct builder_record){.op = TRACK_OP_DESTROY,
					 .kind = TRACK_KIND_OBJECT,
					 .data = "12345678",
					 .data_bytes = 8});
	expect_damaged();
}

Test(payload, a_use_of_a_descriptor_that_the_program_tells_has_no_counters)
{
	read_one((struct builder_record){.op = TRACK_OP_USE, .kind = TRACK_KIND_FD, .subject = 4});
	cr_assert(eq(str, record.text, "use:4@100/7 "));
}

/* clang-format off */
static const struct layout {
	uint8_t op, kind;
	size_t bytes;
	const char *check;
} layouts[] = {
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) {TRACK_OP_##op, TRACK_KIND_##kind, bytes, #check},
#include <track/payloads.def>
#define TRACK_META_EVENT(id, name, check, bytes, ...) {TRACK_META_##id, 0, bytes, #check},
#include <track/metas.def>
};
/* clang-format on */

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* Whose size is all that counts. */
static bool is_sized(const struct layout *layout)
{
	return layout->bytes && !strcmp(layout->check, "any");
}

/* One record of each row that has a layout: the whole of it, or eight bytes, or none if it is no
 * more. */
static void read_layouts(bool whole)
{
	struct builder b = builder_open(folder, "a", BUILDER_DEAD_PID);
	builder_take(&b, 0, 7);
	for (size_t i = 0; i < LAYOUTS; i++) {
		size_t bytes = whole ? layouts[i].bytes : layouts[i].bytes > 8 ? 8 : 0;
		if (!is_sized(&layouts[i]))
			continue;
		builder_add(&b, 0,
			    (struct builder_record){.op = layouts[i].op,
						    .kind = layouts[i].kind,
						    .time_ns = 100 + i,
						    .subject = 1,
						    .data = (const char[64]){0},
						    .data_bytes = bytes});
	}
	builder_close(&b);
	fixture_read_all();
}

static size_t words_in(const char *text)
{
	size_t words = 0;
	for (; *text; text++)
		words += *text == ' ';
	return words;
}

static size_t sized_layouts(void)
{
	size_t count = 0;
	for (size_t i = 0; i < LAYOUTS; i++)
		count += is_sized(&layouts[i]);
	return count;
}

Test(payload, a_record_of_each_row_arrives_with_its_layout)
{
	read_layouts(true);
	cr_assert(eq(sz, words_in(record.text), sized_layouts()));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], 0));
}

Test(payload, a_record_of_each_row_that_is_cut_short_is_dropped)
{
	read_layouts(false);
	cr_assert(eq(str, record.text, ""));
	cr_assert(eq(u64, record.notes[TRACK_NOTE_LOST_DAMAGED], sized_layouts()));
}

Test(payload, a_stack_without_a_hash_is_dropped)
{
	read_one((struct builder_record){
		.op = TRACK_META_STACK, .arg = 1, .data = "12345678", .data_bytes = 8});
	expect_damaged();
}
