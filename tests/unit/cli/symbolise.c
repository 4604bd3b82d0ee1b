/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace says of its modules after their files were looked for. */
#include "symbolise.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAMPLE TEST_SOURCE_DIR "/unit/symbol/samples/plain.c"
#define ID "0123456789abcdef0123456789abcdef01234567"
#define OTHER_ID "1123456789abcdef0123456789abcdef01234567"
#define BUILD_ID_FILE ".build-id/01/23456789abcdef0123456789abcdef01234567.debug"

static char folder[] = "/tmp/unit_symbolise_XXXXXX";
static struct trace *trace;
static int64_t location;
static struct trace_process process = {.origin = "start",
				       .exe = "",
				       .command = "",
				       .code = INT32_MIN,
				       .pid = 2000000000,
				       .end = "exit"};

static __attribute__((format(printf, 1, 2))) void shell(const char *format, ...)
{
	char command[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	cr_assert_eq(system(command), 0, "failed: %s", command);
}

static void begin(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(trace_create(NULL, &trace), 0);
}

static void end(void)
{
	trace_close(trace);
	shell("rm -rf %s", folder);
}

TestSuite(symbolise, .init = begin, .fini = end);

static void build(const char *id)
{
	shell("cc -O2 -g -Wl,--build-id=0x%s %s -o sample", id, SAMPLE);
}

/* A trace with one place, in main of the sample: a return address. */
static void record(const char *path, const char *build_id)
{
	struct trace_module module = {
		.bias = 0, .start = 0, .end = 1 << 20, .path = path, .build_id = build_id};
	unsigned long address = 0;
	FILE *symbols = popen("nm sample | sed -n 's/ T main$//p'", "r");

	cr_assert_not_null(symbols);
	cr_assert_eq(fscanf(symbols, "%lx", &address), 1);
	pclose(symbols);
	cr_assert_eq(trace_put_process(trace, &process), 0);
	module.process_id = process.id;
	cr_assert_eq(trace_put_module(trace, &module), 0);
	cr_assert_eq(trace_location(trace, path, build_id, address + 1, &location), 0);
}

static const char *ask(const char *sql)
{
	static char answer[256];
	struct trace_query *query;

	cr_assert_eq(trace_query(trace, sql, &query), 0, "%s", trace_error(trace));
	snprintf(answer, sizeof(answer), "%s",
		 trace_query_step(query) == 1 ? trace_query_text(query, 0) : "none");
	trace_query_destroy(query);
	return answer;
}

static void expect(const char *function, const char *symbols)
{
	cr_expect_str_eq(ask("SELECT function FROM frame"), function);
	cr_expect_str_eq(ask("SELECT symbols FROM module"), symbols);
}

static const char *sample_path(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sample", folder);
	return path;
}

Test(symbolise, a_module_that_is_there_is_ok)
{
	build(ID);
	record(sample_path(), ID);
	cr_assert_eq(symbolise(trace, NULL), 0);
	expect("main", "ok");
}

Test(symbolise, a_module_that_was_replaced_gives_no_names_and_says_so)
{
	build(ID);
	record(sample_path(), ID);
	build(OTHER_ID);
	cr_assert_eq(symbolise(trace, NULL), 0);
	expect("none", "replaced: the file there now has another build-id");
}

Test(symbolise, a_module_that_was_deleted_says_so)
{
	build(ID);
	record(sample_path(), ID);
	shell("rm sample");
	cr_assert_eq(symbolise(trace, NULL), 0);
	expect("none", "deleted: no such file now");
}

Test(symbolise, a_second_look_with_a_debug_folder_finds_what_the_first_did_not)
{
	const struct symbol_search search = {.debug_folders = folder};

	build(ID);
	record(sample_path(), ID);
	shell("mkdir -p $(dirname %s) && objcopy --only-keep-debug sample %s && rm sample",
	      BUILD_ID_FILE, BUILD_ID_FILE);
	cr_assert_eq(symbolise(trace, NULL), 0);
	expect("none", "deleted: no such file now");
	cr_assert_eq(symbolise(trace, &search), 0);
	expect("main", "ok");
}

/* A process that lives in a mount namespace where path is the sample, until its input ends. */
static FILE *live_with(const char *path, int32_t *ret_pid)
{
	char command[2 * PATH_MAX];
	FILE *stream;

	shell("mkdir root && mkfifo pid");
	snprintf(command, sizeof(command),
		 "unshare -m sh -c 'mount -t tmpfs none %s/root && cp sample %s && rm sample && "
		 "echo $$ >pid && exec cat >/dev/null'",
		 folder, path);
	stream = popen(command, "w");
	cr_assert_not_null(stream);
	FILE *answer = fopen("pid", "r");
	cr_assert_not_null(answer);
	cr_assert_eq(fscanf(answer, "%d", ret_pid), 1);
	fclose(answer);
	return stream;
}

Test(symbolise, a_living_process_shows_the_files_of_its_mount_namespace)
{
	char path[PATH_MAX];

	if (geteuid() != 0 || system("unshare -m mount -t tmpfs none /mnt 2>/dev/null") != 0)
		cr_skip("no mount namespace can be made here");
	snprintf(path, sizeof(path), "%s/root/sample", folder);
	build(ID);
	process.end = "running";
	shell("cp sample kept");
	FILE *living = live_with(path, &process.pid);
	shell("mv kept sample");
	record(path, ID);
	cr_assert_eq(symbolise(trace, NULL), 0);
	pclose(living);
	expect("main", "ok");
}

Test(symbolise, code_of_a_perf_map_gets_its_names)
{
	const struct symbol_search search = {.sysroot = folder};

	shell("mkdir tmp && echo '7000 20 JS:*connect /srv/app.js:12:3' >tmp/perf-7.map");
	cr_assert_eq(trace_location(trace, "/tmp/perf-7.map", "", 0x7010, &location), 0);
	cr_assert_eq(symbolise(trace, &search), 0);
	cr_expect_str_eq(ask("SELECT function || ' ' || file || ' ' || line FROM frame"),
			 "connect /srv/app.js 12");
}

Test(symbolise, a_perf_map_that_is_gone_is_no_error)
{
	cr_assert_eq(trace_location(trace, "/tmp/perf-2000000000.map", "", 0x7010, &location), 0);
	cr_assert_eq(symbolise(trace, NULL), 0);
	cr_expect_str_eq(ask("SELECT function FROM frame"), "none");
}
