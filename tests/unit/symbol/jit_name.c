/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.inc.c"

/* The room's own header, for the texts of one line. */
static char map[PATH_MAX];

static void begin_map(void)
{
	begin();
	shell("mkdir -p root/tmp");
	snprintf(map, sizeof(map), "%s/root/tmp/perf-7.map", folder);
}

TestSuite(jit_name, .init = begin_map, .fini = end);

/* "function|file|line" of code that a compiler calls by that name. */
static const char *read_name(const char *name)
{
	static char text[512];
	struct symbol_frame frame;
	struct symbolizer *symbolizer;
	char root[PATH_MAX];
	const uint64_t address = 0x1000;
	FILE *stream = fopen(map, "w");

	cr_assert_not_null(stream);
	fprintf(stream, "1000 10 %s\n", name);
	fclose(stream);
	snprintf(root, sizeof(root), "%s/root", folder);
	const struct symbol_search search = {.sysroot = root};
	cr_assert_eq(symbolizer_create(&search, &symbolizer), 0);
	cr_assert_eq(symbolizer_map_frames(symbolizer, "/tmp/perf-7.map", &address, 1, &frame), 0);
	snprintf(text, sizeof(text), "%s|%s|%d", frame.function != NULL ? frame.function : "",
		 frame.file != NULL ? frame.file : "", frame.line);
	symbolizer_destroy(symbolizer);
	return text;
}

#define expect_name(name, text) cr_expect_str_eq(read_name(name), text, "%s", read_name(name))

/* What node 12 to 20 wrote. */
Test(jit_name, functions_of_node_have_name_file_and_line)
{
	expect_name("JS:~openSocket /srv/app.js:3:53", "openSocket|/srv/app.js|3");
	expect_name("JS:*hot /srv/app.js:4:13", "hot|/srv/app.js|4");
	expect_name("JS:^arrow /srv/app.js:5:15", "arrow|/srv/app.js|5");
	expect_name("LazyCompile:*foo file.js:12", "foo|file.js|12");
	expect_name("LazyCompile:~foo /srv/file.js:12:7", "foo|/srv/file.js|12");
	expect_name("Function:~bar /srv/file.js:2:1", "bar|/srv/file.js|2");
	expect_name("JS:*prepare node:internal/process/pre_execution:52:36",
		    "prepare|node:internal/process/pre_execution|52");
}

Test(jit_name, functions_of_python_have_name_and_file)
{
	expect_name("py::Session.open:/srv/app.py", "Session.open|/srv/app.py|0");
	expect_name("py::<module>:<frozen importlib._bootstrap>",
		    "<module>|<frozen importlib._bootstrap>|0");
}

Test(jit_name, a_module_of_node_is_named_by_its_url)
{
	expect_name("JS:*run file:///srv/app.mjs:9:1", "run|/srv/app.mjs|9");
}

Test(jit_name, code_without_a_name_is_anonymous)
{
	expect_name("JS:~ /srv/app.js:1:1", "(anonymous)|/srv/app.js|1");
	expect_name("Eval:~ /srv/app.js:1:1", "(anonymous)|/srv/app.js|1");
	expect_name("JS:~", "(anonymous)||0");
}

Test(jit_name, code_from_a_text_has_no_file)
{
	expect_name("JS:~evald :1:15", "evald||0");
}

Test(jit_name, names_and_paths_may_have_spaces)
{
	expect_name("JS:~get port node:net:8:3", "get port|node:net|8");
	expect_name("JS:*get port /srv/my app/x.js:8:3", "get port|/srv/my app/x.js|8");
}

Test(jit_name, what_has_no_source_keeps_its_name)
{
	expect_name("Builtin:ArrayPrototypeValues", "Builtin:ArrayPrototypeValues||0");
	expect_name("BytecodeHandler:LdaContextSlot", "BytecodeHandler:LdaContextSlot||0");
	expect_name("RegExp:a(b|c)+d", "RegExp:a(b|c)+d||0");
	expect_name("Lcom/example/Peer;::open", "Lcom/example/Peer;::open||0");
}

Test(jit_name, bytes_that_are_no_text_are_made_harmless)
{
	expect_name("JS:*a\x1b[31m /srv/\xff.js:1:1", "a [31m|/srv/\xef\xbf\xbd.js|1");
	expect_name("JS:* /srv/a.js:99999999999999999999:1", "(anonymous)|/srv/a.js|0");
}
