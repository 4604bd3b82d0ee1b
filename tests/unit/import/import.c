/* SPDX-License-Identifier: Apache-2.0 */
#include "read.inc.c"

#define FORMAT "janus-refcount"

Test(import, every_format_has_a_name_a_way_to_make_it_and_is_found)
{
	size_t count = 0;

	for (const struct import_format *format = import_formats; format->name; format++, count++) {
		cr_assert_eq(import_format(format->name), format);
		cr_assert_not_null(format->parser);
		cr_assert_gt(strlen(format->make), 0);
		cr_assert_gt(strlen(format->about), 0);
	}
	cr_assert_geq(count, 2);
	cr_assert_null(import_format("nonsense"));
}

Test(import, a_line_may_be_longer_than_there_is_room_and_have_zeros_in_it)
{
	static char text[200000];
	FILE *file;

	memset(text, 'x', sizeof(text));
	memcpy(text, "[a.c:made:1:init] 0x10 (1)\0 and more", 36);
	text[100] = '\n';
	text[sizeof(text) - 64] = '\n';
	strcpy(text + sizeof(text) - 63, "[a.c:found:1:increase] 0x10 (2)\n");
	file = fmemopen(text, sizeof(text) - 63 + 32, "r");
	cr_assert_eq(read_stream(FORMAT, file), 0);
	cr_assert_eq(counts().skipped, 1);
	hand_on(0);
	cr_assert_str_eq(handed, "create 10 made a.c:1\nretain 10 made a.c:1\n"
				 "retain 10 found a.c:1\n");
}

Test(import, what_is_printed_is_clean)
{
	told_of(FORMAT, "[a\x07.c:ma\xff"
			"de:1:init] 0x10 (1)\n");
	cr_assert_str_eq(handed, "create 10 ma\xef\xbf\xbd"
				 "de a .c:1\n"
				 "retain 10 ma\xef\xbf\xbd"
				 "de a .c:1\n");
}

Test(import, events_lie_within_the_life_of_their_process)
{
	const char *text = "[a.c:made:1:init] 0x10 (1)\n[a.c:found:1:increase] 0x10 (2)\n";
	const struct import_image image = {
		.pid = 1, .start_ns = 10000, .end_ns = 10000, .exe = "", .command = ""};
	struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.stack = on_stack,
		.text = on_text,
		.event = on_event,
	};

	told_of(FORMAT, text);
	last_ns = 0;
	cr_assert_eq(import_deliver(import, 0, &image, &sink), 0);
	cr_assert_eq(last_ns, 10000);
}

static int refuse(void *ctx, uint32_t process, const struct collect_event *event)
{
	(void)ctx, (void)process, (void)event;
	return -ENOSPC;
}

Test(import, what_the_sink_says_ends_it)
{
	const struct import_image image = {.exe = "", .command = ""};
	const struct collect_sink sink = {
		.process = on_process,
		.module = on_module,
		.stack = on_stack,
		.text = on_text,
		.event = refuse,
	};

	cr_assert_eq(read_text(FORMAT, "[a.c:made:1:init] 0x10 (1)\n"), 0);
	cr_assert_eq(import_deliver(import, 0, &image, &sink), -ENOSPC);
}
