/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a stack blames that goes through scripts, and which frames make its fingerprint. */
#include "script.inc.c"

#include <stdlib.h>

TestSuite(tier, .init = play_begin, .fini = play_close);

enum { FRAMES_MAX = 16 };
#define MAP "/tmp/perf-100.map"
#define PROGRAM "/bin/program" /* as script.inc.c says that the process is */

struct frame {
	const char *path, *function, *file;
};

/* A socket that is left open, whose stack is these frames; one without path is the last. */
static void judge(const struct frame *frames)
{
	int64_t location;

	play_stack(0x77);
	fd_open(5, 0x77);
	play_finish();
	for (int i = 0; i < FRAMES_MAX && frames[i].path != NULL; i++) {
		cr_assert_eq(trace_location(play.trace, frames[i].path, "", (uint64_t)(16 + i),
					    &location),
			     0);
		cr_assert_eq(trace_add_stack_frame(play.trace, 1, i, location), 0);
		if (frames[i].function != NULL)
			cr_assert_eq(trace_add_frame(play.trace, location, 0, frames[i].function,
						     frames[i].file, 12),
				     0);
	}
	cr_assert_eq(analyze_findings(play.trace), 0);
}

#define judge_frames(...) judge((const struct frame[FRAMES_MAX + 1]){__VA_ARGS__})

static void expect_culprit(const char *function)
{
	expect("SELECT culprit_function FROM finding", function);
}

static void expect_placeless(bool placeless)
{
	expect("SELECT count(*) FROM finding f JOIN placeless p ON p.finding_id = f.id",
	       placeless ? "1" : "0");
}

/* What play_close frees is asked for before it. */
static uint64_t fingerprint_of(const struct frame *frames)
{
	uint64_t fingerprint;

	judge(frames);
	fingerprint = strtoull(ask("SELECT fingerprint FROM finding"), NULL, 16);
	play_close();
	play_begin();
	return fingerprint;
}

#define fingerprint(...) fingerprint_of((const struct frame[FRAMES_MAX + 1]){__VA_ARGS__})

Test(tier, a_script_is_to_blame_and_not_the_program_that_runs_it)
{
	judge_frames({PROGRAM, "new_socket", "/build/src/net.c"},
		     {MAP, "openPhone", "/srv/phone.mjs"}, {PROGRAM, "main", "/build/src/main.c"});
	expect("SELECT culprit_function || ' ' || culprit_file || ' ' || culprit_line FROM finding",
	       "openPhone /srv/phone.mjs 12");
	expect_placeless(false);
}

Test(tier, a_program_is_to_blame_where_no_script_called_it)
{
	judge_frames({PROGRAM, "new_socket", "/build/src/net.c"}, {MAP, "stub", ""},
		     {PROGRAM, "main", "/build/src/main.c"});
	expect_culprit("new_socket");
}

Test(tier, a_library_of_the_project_is_to_blame_and_not_the_script_that_called_it)
{
	judge_frames({"/srv/build/addon.node", "open_peer", "/srv/addon.cc"},
		     {MAP, "openPhone", "/srv/phone.mjs"});
	expect_culprit("open_peer");
}

Test(tier, an_installed_package_is_less_to_blame_than_the_projects_script)
{
	judge_frames({MAP, "bind", "/srv/node_modules/werift/index.js"},
		     {MAP, "openPhone", "/srv/phone.mjs"});
	expect_culprit("openPhone");
}

Test(tier, so_is_the_library_of_such_a_package)
{
	judge_frames({"/srv/node_modules/wrtc/wrtc.node", "open_peer", "/build/peer.cc"},
		     {MAP, "openPhone", "/srv/phone.mjs"});
	expect_culprit("openPhone");
}

Test(tier, a_library_of_a_package_is_to_blame_where_no_script_is_known)
{
	judge_frames({"/srv/node_modules/wrtc/wrtc.node", "open_peer", "/build/peer.cc"},
		     {"/usr/bin/node", "node::Start", NULL});
	expect_culprit("open_peer");
	expect_placeless(false);
}

Test(tier, a_package_of_python_is_better_than_pythons_own_modules)
{
	judge_frames({MAP, "socket.__init__", "/usr/lib/python3.12/socket.py"},
		     {MAP, "gather", "/v/lib/python3.12/site-packages/aioice/ice.py"},
		     {MAP, "run", "/usr/lib/python3.12/asyncio/runners.py"});
	expect_culprit("gather");
	expect_placeless(false);
}

Test(tier, any_module_of_pythons_own_library_is_a_runtime)
{
	judge_frames({MAP, "create_connection", "/usr/lib/python3.12/http/client.py"},
		     {MAP, "fetch", "/srv/app.py"});
	expect_culprit("fetch");
}

Test(tier, a_script_of_the_language_is_better_than_its_program)
{
	judge_frames({"/usr/bin/node", "uv__socket", "/build/core.c"},
		     {MAP, "doListen", "node:net"}, {"/usr/bin/node", "uv_run", "/build/core.c"},
		     {"/usr/bin/node", "node::Start", NULL});
	expect_culprit("doListen");
	expect_placeless(true);
}

Test(tier, where_nothing_but_runtimes_is_known_the_fingerprint_is_no_place)
{
	judge_frames({"/usr/bin/python3.11", NULL, NULL}, {"/lib/libc.so.6", "main", NULL});
	expect_placeless(true);
}

Test(tier, a_function_without_a_name_is_a_place)
{
	judge_frames({"/opt/stripped", NULL, NULL}, {"/lib/libc.so.6", "main", NULL});
	expect_placeless(false);
}

Test(tier, scripts_that_ask_for_the_same_from_two_functions_have_two_fingerprints)
{
	uint64_t old_one = fingerprint({"/usr/bin/node", "uv__socket", "/build/core.c"},
				       {MAP, "openSocket", "/srv/phone.mjs"},
				       {MAP, "oldCaller", "/srv/phone.mjs"});
	uint64_t new_one = fingerprint({"/usr/bin/node", "uv__socket", "/build/core.c"},
				       {MAP, "openSocket", "/srv/phone.mjs"},
				       {MAP, "newCaller", "/srv/phone.mjs"});

	cr_expect_neq(old_one, new_one);
}

Test(tier, a_scripts_fingerprint_is_the_same_under_another_pid_in_another_folder_and_build)
{
	uint64_t first = fingerprint({"/usr/bin/node", "uv__socket", "/build/core.c"},
				     {MAP, "openPhone", "/srv/phone.mjs"},
				     {"/usr/bin/node", "node::Start", NULL});
	uint64_t second = fingerprint({"/opt/node22/bin/node", "uv__socket2", "/other/core.c"},
				      {"/tmp/perf-7.map", "openPhone", "/home/ci/phone.mjs"});

	cr_expect_eq(first, second);
}

Test(tier, what_the_language_was_asked_for_makes_two_fingerprints_of_one_call)
{
	uint64_t bound = fingerprint({"/usr/bin/node", "uv__socket", NULL},
				     {MAP, "(anonymous)", "node:dgram"},
				     {MAP, "processTicksAndRejections", "node:internal/task"});
	uint64_t connected = fingerprint({"/usr/bin/node", "uv__socket", NULL},
					 {MAP, "internalConnect", "node:net"},
					 {MAP, "processTicksAndRejections", "node:internal/task"});

	cr_expect_neq(bound, connected);
}

/* Eight frames of the program: helpers, the caller, and main beyond. */
static uint64_t called_by(unsigned helpers, const char *caller)
{
	struct frame frames[FRAMES_MAX + 1] = {{0}};
	unsigned i;

	for (i = 0; i < helpers; i++)
		frames[i] = (struct frame){"/opt/phone", "helper", "/src/phone.c"};
	frames[i] = (struct frame){"/opt/phone", caller, "/src/phone.c"};
	frames[i + 1] = (struct frame){"/opt/phone", "main", "/src/phone.c"};
	return fingerprint_of(frames);
}

Test(tier, callers_of_seven_shared_helpers_have_a_fingerprint_each)
{
	cr_expect_neq(called_by(7, "old_caller"), called_by(7, "new_caller"));
}

Test(tier, what_is_beyond_eight_frames_does_not_count)
{
	cr_expect_eq(called_by(8, "old_caller"), called_by(8, "new_caller"));
}

static void open_file(const char *path)
{
	fd_open_as(5, NO_STACK, TRACK_FD_CLASS_FILE, 0, -1);
	play_event((struct collect_event){.op = TRACK_OP_NAME,
					  .kind = TRACK_KIND_FD,
					  .subject = 5,
					  .arg = TRACK_NAME_ARG(TRACK_NAME_TEXT, strlen(path)),
					  .data = path,
					  .data_bytes = (uint32_t)strlen(path)});
}

static void judge_file(const char *path)
{
	open_file(path);
	play_finish();
	cr_assert_eq(analyze_findings(play.trace), 0);
}

/* clang-format off */
#define IS_KEPT(test, path) \
	Test(tier, test) { judge_file(path); expect_no_findings(); expect_note("lifelong", "1"); }
IS_KEPT(a_perf_map_is_open_by_design, "/tmp/perf-100.map")
IS_KEPT(so_is_a_dump_of_a_just_in_time_compiler, "/home/ci/.debug/jit/jit-100.dump")
IS_KEPT(so_is_one_in_the_folder_of_the_program, "jit-100.dump")
IS_KEPT(so_is_the_log_of_node, "isolate-0x35c1d480-100-v8.log")
/* clang-format on */

Test(tier, another_file_of_a_like_name_is_a_finding)
{
	judge_file("/tmp/perf-report.map");
	expect("SELECT count(*) FROM finding", "1");
}

/* One for each process that a program starts is no growth. */
Test(tier, a_perf_map_that_each_process_has_does_not_grow)
{
	for (uint32_t i = 0; i < 4; i++) {
		play_process(i, PID + (int32_t)i, 0, TRACK_ORIGIN_START);
		open_file("/tmp/perf-100.map");
		play_mark("session");
	}
	play_finish();
	cr_assert_eq(analyze_findings(play.trace), 0);
	expect_no_findings();
}
