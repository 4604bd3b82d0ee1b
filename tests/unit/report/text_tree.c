/* SPDX-License-Identifier: Apache-2.0 */
#include "written.inc.c"

static size_t next_pid = 100;

struct child {
	int64_t parent_id;
	int32_t pid; /* 0: a new one */
	uint32_t image;
	const char *exe, *command, *end;
	int32_t code;
};

static int64_t add_child(struct trace *trace, const struct child *child)
{
	int64_t order = (int64_t)next_pid++;
	struct trace_process process = {
		.pid = child->pid ? child->pid : (int32_t)order,
		.ppid = 42,
		.parent_id = child->parent_id,
		.image = child->image,
		.origin = "fork",
		.exe = child->exe,
		.command = child->command,
		.start_ns = 10 * SECOND + (uint64_t)order + 1,
		.end_ns = 11 * SECOND,
		.end = child->end,
		.code = child->code,
	};

	cr_assert_eq(trace_put_process(trace, &process), 0);
	return process.id;
}

/* The process tree of a trace, from its first line to the coverage. */
static void show(struct trace *trace)
{
	struct report_style style = {0};
	char *begin, *end;

	write_text(trace, &style, NULL);
	begin = strstr(text, "\n  threads ") ?: strstr(text, "\n  descriptors ");
	begin = begin ? strchr(begin + 1, '\n') + 1 : text;
	end = strstr(begin, "  coverage ");
	cr_assert_not_null(end);
	*end = 0;
	memmove(text, begin, (size_t)(end - begin) + 1);
}

static size_t lines(void)
{
	size_t count = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

static void add_shells(struct trace *trace, size_t count)
{
	char command[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(command, sizeof(command), "sh -c job %zu", i);
		add_child(trace, &(struct child){.parent_id = 1,
						 .exe = "/bin/sh",
						 .command = command,
						 .end = "exit"});
	}
}

Test(text_tree, one_process_has_no_tree)
{
	show(make_trace(3));
	cr_expect_str_eq(text, "");
}

Test(text_tree, an_exec_is_the_same_process)
{
	struct trace *trace = make_trace(3);

	add_child(trace, &(struct child){.parent_id = 1,
					 .pid = 42,
					 .image = 1,
					 .exe = "/bin/true",
					 .command = "true",
					 .end = "exit"});
	show(trace);
	cr_expect_str_eq(text, "");
}

Test(text_tree, an_exec_whose_image_before_was_found_late_is_the_same_process)
{
	struct trace *trace = make_trace(3);
	struct child before = {.parent_id = 1,
			       .pid = 77,
			       .exe = "/bin/sh",
			       .command = "sh",
			       .end = "exec",
			       .code = INT32_MIN};
	struct child after = {.parent_id = 1,
			      .pid = 77,
			      .image = 1,
			      .exe = "/bin/true",
			      .command = "true",
			      .end = "exit"};

	add_child(trace, &before);
	add_child(trace, &after);
	show(trace);
	cr_expect_str_eq(text, "  processes    sessions --n 3 (pid 42), exit 0, 1 finding\n"
			       "                 true (pid 77), exit 0\n");
}

Test(text_tree, it_says_who_started_whom_and_how_each_ended)
{
	struct trace *trace = make_trace(3);
	int64_t make = add_child(trace, &(struct child){.parent_id = 1,
							.exe = "/usr/bin/make",
							.command = "make -j2",
							.end = "exit",
							.code = 2});

	add_child(trace, &(struct child){.parent_id = make,
					 .exe = "/usr/bin/cc1",
					 .command = "cc1 a.c",
					 .end = "signal",
					 .code = 11});
	show(trace);
	cr_expect_str_eq(text, "  processes    sessions --n 3 (pid 42), exit 0, 1 finding\n"
			       "                 make -j2 (pid 100), exit 2\n"
			       "                   cc1 a.c (pid 101), killed by signal 11 "
			       "(Segmentation fault)\n");
}

Test(text_tree, equal_siblings_are_one_line)
{
	struct trace *trace = make_trace(3);

	add_shells(trace, 9998);
	show(trace);
	expect("                 9,998 x sh -c job ..., exit 0\n");
	cr_expect_eq(lines(), 2, "%s", text);
}

Test(text_tree, what_is_below_equal_siblings_is_folded_too)
{
	struct trace *trace = make_trace(3);

	for (size_t i = 0; i < 3; i++) {
		int64_t shell = add_child(trace, &(struct child){.parent_id = 1,
								 .exe = "/bin/sh",
								 .command = "sh job",
								 .end = "exit"});

		add_child(trace, &(struct child){.parent_id = shell,
						 .exe = "/bin/sleep",
						 .command = "sleep 1",
						 .end = "exit"});
	}
	show(trace);
	expect("                 3 x sh job, exit 0\n"
	       "                   3 x sleep 1, exit 0\n");
}

Test(text_tree, what_is_remarkable_is_shown_among_ten_thousand)
{
	struct trace *trace = make_trace(3);
	int64_t lossy;

	add_shells(trace, 5000);
	add_child(trace, &(struct child){.parent_id = 1,
					 .exe = "/bin/sh",
					 .command = "sh -c crash",
					 .end = "signal",
					 .code = 6});
	lossy = add_child(trace, &(struct child){.parent_id = 1,
						 .exe = "/bin/sh",
						 .command = "sh -c lossy",
						 .end = "exit"});
	execute(trace, "INSERT INTO note VALUES (%d, 'lost-holes', 'LOST', 5, 'records gone')",
		(int)lossy);
	add_shells(trace, 5000);
	show(trace);
	expect("10,000 x sh -c job ..., exit 0\n");
	expect("sh -c crash (pid 5100), killed by signal 6 (Aborted)\n");
	expect("sh -c lossy (pid 5101), exit 0, evidence lost: 5\n");
}

Test(text_tree, there_are_at_most_twenty_lines_and_the_rest_is_counted)
{
	struct trace *trace = make_trace(3);
	char exe[64];

	for (size_t i = 0; i < 300; i++) {
		snprintf(exe, sizeof(exe), "/bin/tool%zu", i);
		add_child(trace, &(struct child){.parent_id = 1,
						 .exe = exe,
						 .command = "tool",
						 .end = "exit",
						 .code = 0});
	}
	add_child(trace, &(struct child){.parent_id = 1,
					 .exe = "/bin/last",
					 .command = "last",
					 .end = "signal",
					 .code = 9});
	show(trace);
	cr_expect_eq(lines(), 20, "%s", text);
	expect("last (pid 400), killed by signal 9 (Killed)\n");
	expect("+283 more (--format json lists them all)\n");
}

Test(text_tree, long_commands_are_cut)
{
	struct trace *trace = make_trace(3);

	add_child(trace,
		  &(struct child){
			  .parent_id = 1,
			  .exe = "/bin/x",
			  .command =
				  "x 3456789012345678901234567890123456789012345678901234567890123",
			  .end = "exit"});
	show(trace);
	expect("x 3456789012345678901234567890123456789012345678901234567890 ... (pid 100)");
}

Test(text_tree, a_deep_chain_is_no_deep_report)
{
	struct trace *trace = make_trace(3);
	int64_t parent = 1;

	for (size_t i = 0; i < 5000; i++)
		parent = add_child(trace, &(struct child){.parent_id = parent,
							  .exe = "/bin/x",
							  .command = "x",
							  .end = "exit"});
	show(trace);
	cr_expect_eq(lines(), 20, "%s", text);
	expect("+4,982 more");
}

Test(text_tree, a_file_whose_parents_go_in_a_circle_is_still_shown)
{
	struct trace *trace = make_trace(3);

	add_shells(trace, 2);
	execute(trace, "UPDATE process SET parent_id = 4 - id WHERE id > %d", 0);
	show(trace);
	expect("sh -c job 0 (pid 100), exit 0\n");
	expect("sh -c job 1 (pid 101), exit 0\n");
}

Test(text_tree, what_lives_on_is_named)
{
	struct trace *trace = make_trace(3);

	for (size_t i = 0; i < 7; i++)
		add_child(trace, &(struct child){.parent_id = 1,
						 .exe = "/bin/sleep",
						 .command = "sleep 100",
						 .end = "running",
						 .code = INT32_MIN});
	show(trace);
	expect("7 x sleep 100, still running\n");
	expect("  still running when the recording ended: pid 100 sleep, pid 101 sleep,"
	       " pid 102 sleep, pid 103 sleep, pid 104 sleep, +2 more\n");
}

Test(text_tree, json_has_every_process_with_its_parents_index)
{
	struct trace *trace = make_trace(3);
	struct report *reports[2];
	FILE *stream = open_text();
	const char *second;

	add_shells(trace, 3);
	reports[0] = read_report(trace, NULL);
	reports[1] = read_report(trace, NULL);
	cr_assert_eq(report_json(stream, reports, 2, NULL), 0);
	fclose(stream);
	second = strstr(text, "\"pid\":102,");
	cr_assert_not_null(second, "%s", text);
	expect("\"parent\":null,");
	expect("\"parent\":0,");
	cr_expect_not_null(strstr(second, "\"parent\":4,"), "%s", second);
	expect("\"origin\":\"fork\",");
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}
