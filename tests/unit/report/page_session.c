/* SPDX-License-Identifier: Apache-2.0 */
#include <report/page.h>

#include "json_read.inc.c"

/* What the page is told of the traces; the caller frees it. */
static struct json_object *tell(const struct report_style *style,
				const struct report_page_trace *traces, size_t count)
{
	struct report_page_session session = {
		.served = count > 1,
		.style = style,
		.traces = traces,
		.trace_count = count,
	};
	FILE *stream = open_text();

	cr_assert_eq(report_page_session(stream, &session), 0);
	fclose(stream);
	return parse_text();
}

Test(page_session, it_names_traces_and_says_where_they_are)
{
	static const struct report_page_trace traces[] = {
		{.path = "/tmp/x/a.db", .revision = 7, .size = 8192, .live = true},
		{.path = "b.db", .size = 1, .gone = true},
		{.path = "folder/", .size = 1},
	};
	struct report_style style = {.version = "1.2.3"};
	struct json_object *root = tell(&style, traces, 3);

	expect_member(root, "schema", "1");
	expect_member(root, "version", "1.2.3");
	expect_member(root, "served", "true");
	expect_member(root, "traces.0.name", "a.db");
	expect_member(root, "traces.0.path", "/tmp/x/a.db");
	expect_member(root, "traces.0.revision", "7");
	expect_member(root, "traces.0.size", "8192");
	expect_member(root, "traces.0.live", "true");
	expect_member(root, "traces.0.gone", "false");
	expect_member(root, "traces.1.name", "b.db");
	expect_member(root, "traces.1.gone", "true");
	expect_member(root, "traces.1.live", "false");
	expect_member(root, "traces.2.name", "folder/");
	json_object_put(root);
}

Test(page_session, what_is_not_known_is_null_and_there)
{
	static const struct report_page_trace trace = {.path = "a.db"};
	struct report_style style = {0};
	struct json_object *root = tell(&style, &trace, 1);

	expect("\"version\":null");
	expect("\"url\":null");
	expect("\"root\":null");
	expect("\"kind\":null");
	expect("\"since\":null");
	expect("\"top\":null");
	expect("\"gate\":null");
	expect_member(root, "served", "false");
	json_object_put(root);
}

Test(page_session, wishes_and_places_of_sources_are_handed_on)
{
	static const struct report_page_trace trace = {.path = "a.db"};
	struct report_style style = {
		.filter = {.kind = "fd", .scope = "Peer*", .top = 3},
		.root = "/src",
		.source_url = "https://example.org/{file}#L{line}",
	};
	struct json_object *root = tell(&style, &trace, 1);

	expect_member(root, "filter.kind", "fd");
	expect_member(root, "filter.scope", "Peer*");
	expect_member(root, "filter.top", "3");
	expect_member(root, "source.root", "/src");
	expect_member(root, "source.url", "https://example.org/{file}#L{line}");
	json_object_put(root);
}

Test(page_session, nothing_in_it_ends_the_element_around_it)
{
	static const struct report_page_trace trace = {
		.path = "</script><!--<script>\xff\xe2\x80\xa8.db",
	};
	struct report_style style = {0};
	struct json_object *root = tell(&style, &trace, 1);

	cr_expect_null(strchr(text, '<'));
	expect("\\u003c/script>\\u003c!--\\u003cscript>");
	expect_not("\xff");
	expect_not("\xe2\x80\xa8");
	expect_member(root, "traces.0.path", "</script><!--<script>\xef\xbf\xbd\xe2\x80\xa8.db");
	json_object_put(root);
}

/* A report of one finding, and what a gate has of it: that, and one of the same fingerprint. */
static void with_gate(const struct report_gate *first, const struct report_gate *second,
		      void (*look)(struct json_object *root))
{
	struct trace *trace = make_trace(3);
	struct report *shown, *all;
	struct report_style style = {0};
	struct report_filter nothing = {.kind = "thread"};
	struct report_page_trace told = {.path = "a.db"};
	struct json_object *root;

	execute(trace, "INSERT INTO finding SELECT 2, 2, rule, state, kind, class, count, "
		       "fingerprint, message, process_id, stack_id, NULL, NULL, NULL, NULL, NULL "
		       "FROM finding WHERE id = 1");
	shown = read_report(trace, &nothing);
	all = read_report(trace, NULL);
	cr_assert_eq(shown->finding_count, 0);
	cr_assert_eq(all->finding_count, 2);
	all->findings[0].gate = *first;
	all->findings[1].gate = *second;
	shown->judged = all;
	shown->verdict = "1 finding fails";
	shown->verdict_code = 1;
	told.report = shown;
	root = tell(&style, &told, 1);
	look(root);
	json_object_put(root);
	report_destroy(shown);
	report_destroy(all);
	trace_close(trace);
}

static void expect_new(struct json_object *root)
{
	expect_member(root, "traces.0.gate.verdict", "1 finding fails");
	expect_member(root, "traces.0.gate.code", "1");
	expect_member(root, "traces.0.gate.findings.f00d.fails", "true");
	expect_member(root, "traces.0.gate.findings.f00d.level", "error");
	expect_member(root, "traces.0.gate.findings.f00d.novelty", "new");
	expect("\"by\":null");
	expect_member(root, "traces.0.gate.findings.f00d.says",
		      "new: the baseline does not know it");
}

static void expect_suppressed(struct json_object *root)
{
	expect_member(root, "traces.0.gate.findings.f00d.fails", "false");
	expect_member(root, "traces.0.gate.findings.f00d.level", "ignore");
	expect_member(root, "traces.0.gate.findings.f00d.says",
		      "suppressed by leaks.supp:3: known");
	expect_member(root, "traces.0.gate.findings.f00d.by", "suppressed");
	expect("\"novelty\":null");
}

static void expect_nothing(struct json_object *root)
{
	cr_expect_eq(json_object_object_length(member(root, "traces.0.gate.findings")), 0);
}

static const struct report_gate fails = {
	.judged = true, .fails = true, .level = REPORT_LEVEL_ERROR, .novelty = REPORT_NEW};
static const struct report_gate passes = {.judged = true,
					  .level = REPORT_LEVEL_IGNORE,
					  .excuse = REPORT_SUPPRESSED,
					  .place = "leaks.supp:3",
					  .reason = "known"};
static const struct report_gate unknown = {0};

Test(page_session, the_gate_tells_of_what_is_not_shown_too)
{
	with_gate(&passes, &unknown, expect_suppressed);
}

Test(page_session, of_two_with_one_fingerprint_the_one_that_fails_tells)
{
	with_gate(&passes, &fails, expect_new);
	with_gate(&fails, &passes, expect_new);
}

Test(page_session, what_no_gate_looked_at_is_left_out)
{
	with_gate(&unknown, &unknown, expect_nothing);
}

Test(page_session, a_full_stream_is_told)
{
	static const struct report_page_trace trace = {.path = "a.db"};
	struct report_style style = {0};
	struct report_page_session session = {.style = &style, .traces = &trace, .trace_count = 1};
	FILE *stream = fopen("/dev/full", "w");

	cr_assert_not_null(stream);
	setvbuf(stream, NULL, _IONBF, 0);
	cr_expect_lt(report_page_session(stream, &session), 0);
	fclose(stream);
}
