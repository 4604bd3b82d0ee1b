/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the compiler made two of are one frame. */
#include "fixture.inc.c"

struct place {
	const char *function, *inlined, *clone; /* NULL: none */
};

/* The functions of the finding's stack, innermost first, behind those of the fixture. */
static const char *functions(const struct place *places, size_t count)
{
	static char text[512];
	struct trace *trace = make_trace(1);
	struct report *report;
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		const struct place *place = &places[i];
		int position = 0;
		int64_t location;

		cr_assert_eq(trace_location(trace, "/opt/bin/sessions", "", 0x9000 + i, &location),
			     0);
		cr_assert_eq(trace_add_stack_frame(trace, 1, (int)i + 1, location), 0);
		if (place->inlined)
			cr_assert_eq(trace_add_frame(trace, location, position++, place->inlined,
						     "/src/a.c", (int)(10 + i)),
				     0);
		cr_assert_eq(trace_add_frame(trace, location, position, place->function, "/src/a.c",
					     (int)(20 + i)),
			     0);
		if (place->clone)
			cr_assert_eq(trace_add_clone(trace, location, place->clone), 0);
	}
	report = read_report(trace, NULL);
	for (size_t i = 1; i < report->findings[0].stack.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s:%d",
					   i > 1 ? " " : "",
					   report->findings[0].stack.frames[i].function,
					   report->findings[0].stack.frames[i].line);
	report_destroy(report);
	trace_close(trace);
	return text;
}

#define FUNCTIONS(...)                                                                             \
	functions((const struct place[]){__VA_ARGS__},                                             \
		  sizeof((const struct place[]){__VA_ARGS__}) / sizeof(struct place))

Test(stack, a_piece_and_its_function_are_one_frame)
{
	cr_expect_str_eq(
		FUNCTIONS({"close", NULL, ".part.0"}, {"close", NULL, NULL}, {"main", NULL, NULL}),
		"close:20 main:22");
	cr_expect_str_eq(FUNCTIONS({"close", "tell", ".constprop.0.part.0"},
				   {"close", NULL, ".constprop.0"}, {"main", NULL, NULL}),
			 "tell:10 close:20 main:22");
}

Test(stack, a_piece_and_its_function_are_one_frame_where_the_rest_was_inlined)
{
	cr_expect_str_eq(FUNCTIONS({"close", NULL, ".part.0"}, {"main", "close", NULL}),
			 "close:20 main:21");
}

Test(stack, a_piece_that_was_inlined_again_and_its_function_are_one_frame)
{
	cr_expect_str_eq(FUNCTIONS({"close", "close", NULL}, {"main", NULL, NULL}),
			 "close:10 main:21");
}

Test(stack, a_function_that_calls_itself_stays_twice)
{
	cr_expect_str_eq(FUNCTIONS({"walk", NULL, NULL}, {"walk", NULL, NULL}), "walk:20 walk:21");
	cr_expect_str_eq(FUNCTIONS({"walk", NULL, ".isra.0"}, {"walk", NULL, ".isra.0"}),
			 "walk:20 walk:21");
	cr_expect_str_eq(FUNCTIONS({"walk", NULL, ".part.0"}, {"walk", NULL, NULL},
				   {"walk", NULL, ".part.0"}, {"walk", NULL, NULL}),
			 "walk:20 walk:22");
}

Test(stack, what_go_links_in_is_plumbing)
{
	struct trace *trace = make_trace(1);
	const char *const names[] = {"runtime/internal/syscall.Syscall6", "net.ListenUDP",
				     "main.openTransport", "netlink.Open"};
	struct report *report;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int64_t location;

		cr_assert_eq(trace_location(trace, "/opt/bin/sessions", "", 0x9000 + i, &location),
			     0);
		cr_assert_eq(trace_add_stack_frame(trace, 1, (int)i + 1, location), 0);
		cr_assert_eq(trace_add_frame(trace, location, 0, names[i], "/src/a.go", 1), 0);
	}
	report = read_report(trace, NULL);
	for (size_t i = 1; i < report->findings[0].stack.count; i++)
		cr_expect_eq(report->findings[0].stack.frames[i].plumbing, i <= 2, "%s",
			     names[i - 1]);
	cr_expect_eq(report->findings[0].stack.count, 5);
	report_destroy(report);
	trace_close(trace);
}
