/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a trace in a redacted page. */
#include <errno.h>
#include <report/redact.h>

#include "written.inc.c"

#include "image.inc.c"

/* The trace as a redacted page has it. */
static struct trace *redacted_of(struct trace *trace)
{
	struct report *report = read_report(trace, NULL);
	struct trace *left;

	cr_assert_eq(report_redact(&report, 1), 0, "%s", trace_open_error());
	left = open_image(report->image, report->image_size);
	report_destroy(report);
	trace_close(trace);
	return left;
}

static void expect_value(struct trace *trace, const char *sql, const char *expected)
{
	const char *got = value_of(trace, sql);

	cr_expect_str_eq(got, expected, "%s gives %s", sql, got);
}

static void run(struct trace *trace, const char *sql)
{
	cr_assert_eq(trace_execute(trace, sql), 0, "%s: %s", sql, trace_error(trace));
}

/* A statement that adds a row to each table whose texts are all /home/anna/TABLE.COLUMN. */
static const char secrets_sql[] =
	"SELECT 'INSERT INTO \"' || m.name || '\" VALUES (' || group_concat(CASE c.type"
	" WHEN 'TEXT' THEN '''/home/anna/' || m.name || '.' || c.name || '''' ELSE '99' END) || ')'"
	" FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name";

static void add_secrets(struct trace *trace)
{
	struct trace_query *query;
	char *statements[64];
	size_t count = 0;

	cr_assert_eq(trace_query(trace, secrets_sql, &query), 0, "%s", trace_error(trace));
	while (trace_query_step(query) > 0 && count < 64)
		statements[count++] = strdup(trace_query_text(query, 0));
	trace_query_destroy(query);
	cr_assert_gt(count, 20);
	cr_assert_lt(count, 64);
	for (size_t i = 0; i < count; i++) {
		run(trace, statements[i]);
		free(statements[i]);
	}
}

/*
 * What tells of the program's own words and of ours, as in any redacted report. Every other text of
 * a trace is replaced: who adds a column decides here, and in redact_image.c.
 */
static const char stays[] =
	"process.origin process.end module.build_id location.build_id frame.function clone.suffix"
	" resource.kind resource.class resource.birth_call resource.death_call resource.ending"
	" resource.traits reference.holder_kind lifelong.function standing.wait standing.call"
	" standing.told_kind held.mode lifetime_statistics.kind lifetime_statistics.class"
	" lifetime_statistics.birth_call lifetime_statistics.death_call lifetime_statistics.ending"
	" act.kind act.what act.call note.name note.weight stray.op stray.kind finding.rule"
	" finding.state finding.kind finding.class finding.fingerprint finding.culprit_function"
	" trend.verdict trend.kind trend.class trend.culprit_function trend.supply cause.rule";

static bool is_in_list(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++)
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
	return false;
}

static const char texts_sql[] =
	"SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c"
	" WHERE m.type = 'table' AND c.type = 'TEXT'";

Test(redact_image, of_every_column_of_texts_somebody_decided_what_becomes_of_it)
{
	struct trace *trace = make_trace(3);
	struct report *report;
	struct trace_query *query;

	add_secrets(trace);
	report = read_report(trace, NULL);
	cr_assert_eq(report_redact(&report, 1), 0, "%s", trace_open_error());
	cr_assert_eq(trace_query(trace, texts_sql, &query), 0);
	while (trace_query_step(query) > 0) {
		const char *column = trace_query_text(query, 0);
		char secret[160];
		bool found;

		snprintf(secret, sizeof(secret), "/home/anna/%s", column);
		found = memmem(report->image, report->image_size, secret, strlen(secret));
		cr_expect_eq(found, is_in_list(stays, column), "%s %s", column,
			     found ? "is there" : "is gone");
	}
	trace_query_destroy(query);
	report_destroy(report);
	trace_close(trace);
}

Test(redact_image, what_stands_in_a_column_of_another_type_goes_whole)
{
	struct trace *trace = make_trace(3), *left;

	run(trace,
	    "UPDATE resource SET refs = '/home/anna/refs', tid = CAST('/home/anna/tid' AS BLOB)"
	    " WHERE id = 1");
	run(trace, "UPDATE stack SET addresses = '/home/anna/stack' WHERE id = 1");
	left = redacted_of(trace);
	expect_value(left, "SELECT typeof(refs) || instr(refs, 'anna') FROM resource WHERE id = 1",
		     "text0");
	expect_value(left, "SELECT typeof(tid) || instr(tid, 'anna') FROM resource WHERE id = 1",
		     "text0");
	expect_value(left, "SELECT instr(addresses, 'anna') FROM stack WHERE id = 1", "0");
	trace_close(left);
}

Test(redact_image, rows_ids_and_numbers_are_as_they_were)
{
	static const char *const sums[] = {
		"SELECT group_concat(id || ' ' || subject || ' ' || birth_ns) FROM resource",
		"SELECT group_concat(finding_id || ' ' || position) FROM evidence",
		"SELECT group_concat(hex(addresses)) FROM stack",
		"SELECT group_concat(address || function) FROM location l JOIN frame f ON"
		" f.location_id = l.id",
		"PRAGMA user_version",
		"PRAGMA application_id",
		"SELECT group_concat(name) FROM (SELECT name FROM sqlite_master ORDER BY name)",
	};
	struct trace *trace = make_trace(3), *left;
	char before[sizeof(sums) / sizeof(*sums)][4096];

	cr_assert_eq(trace_index(trace), 0);
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		snprintf(before[i], sizeof(before[i]), "%s", value_of(trace, sums[i]));
	left = redacted_of(trace);
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		expect_value(left, sums[i], before[i]);
	expect_value(left, "PRAGMA integrity_check", "ok");
	trace_close(left);
}

Test(redact_image, placeholders_are_those_of_the_other_formats)
{
	struct trace *trace = make_trace(3), *left;
	struct report *report;

	execute(trace, "UPDATE resource SET local_address = '10.1.2.3:5' WHERE subject = 8");
	execute(trace, "UPDATE resource SET remote_address = 'unix:/run/anna' WHERE subject = 9");
	execute(trace, "UPDATE finding SET message = '3 of 10.1.2.3, one at /run/anna'");
	report = read_report(trace, NULL);
	cr_assert_eq(report_redact(&report, 1), 0);
	left = open_image(report->image, report->image_size);
	expect_value(left, "SELECT message FROM finding", report->findings[0].message);
	expect_value(left, "SELECT local_address FROM resource WHERE subject = 8",
		     report->findings[0].evidence[1].resource->local);
	expect_value(left, "SELECT remote_address FROM resource WHERE subject = 9",
		     report->findings[0].evidence[2].resource->remote);
	cr_expect_str_eq(report->findings[0].evidence[1].resource->local, "address-2:5");
	trace_close(left);
	report_destroy(report);
	trace_close(trace);
}

Test(redact_image, a_sentence_hides_what_members_beyond_the_shown_are_called)
{
	struct trace *trace = make_trace(3), *left;

	for (int i = 100; i < 200; i++)
		execute(trace,
			"INSERT INTO evidence VALUES (1, %d, %d, NULL, NULL, 'kept by ''anna''')",
			i, (int)add_socket(trace, 1, 1, i));
	execute(trace, "UPDATE resource SET kind = 'object', name = 'anna' WHERE subject = 199");
	execute(trace, "UPDATE finding SET message = 'kept by ''anna'''");
	left = redacted_of(trace);
	expect_value(left, "SELECT message FROM finding", "kept by 'file-1'");
	expect_value(left, "SELECT group_concat(DISTINCT role) FROM evidence WHERE position > 99",
		     "kept by 'file-1'");
	trace_close(left);
}

Test(redact_image, thousands_of_members_are_called_alike)
{
	struct trace *trace = make_trace(3), *left;

	execute(trace,
		"WITH n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)"
		" INSERT INTO evidence SELECT 1, i, NULL, NULL, NULL, CASE i %% 2 WHEN 0 THEN"
		" 'kept by 10.0.0.1:5' ELSE 'held at /home/anna' END FROM n");
	left = redacted_of(trace);
	expect_value(left,
		     "SELECT group_concat(role || ' ' || n, ', ') FROM (SELECT role, count(*) AS n"
		     " FROM evidence GROUP BY role ORDER BY role)",
		     "created at 3, held at file-1 4450, kept by address-2:5 4451");
	trace_close(left);
}

Test(redact_image, what_a_gate_says_of_what_is_not_shown_loses_folders_too)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL), *judged = read_report(trace, NULL);

	report->judged = judged;
	judged->findings[0].gate = (struct report_gate){.judged = true,
							.place = "/home/anna/leaks.supp:3",
							.reason = "as /home/anna/notes say"};
	cr_assert_eq(report_redact(&report, 1), 0);
	report_destroy(report);
	cr_expect_str_eq(judged->findings[0].gate.place, "leaks.supp:3");
	cr_expect_str_eq(judged->findings[0].gate.reason, "as file-1 say");
	report_destroy(judged);
	trace_close(trace);
}

Test(redact_image, thread_names_and_ports_stay)
{
	struct trace *trace = make_trace(3), *left;

	execute(trace, "UPDATE resource SET kind = 'thread', name = 'rtp pump'");
	left = redacted_of(trace);
	expect_value(left, "SELECT name FROM resource", "rtp pump");
	expect_value(left, "SELECT local_address FROM resource", "address-1:40001");
	trace_close(left);
}

Test(redact_image, modules_of_one_name_stay_several)
{
	struct trace *trace = make_trace(3), *left;
	int64_t id;

	cr_assert_eq(trace_location(trace, "/home/anna/sessions", "", 0x1001, &id), 0);
	left = redacted_of(trace);
	expect_value(left,
		     "SELECT group_concat(path, ', ') FROM (SELECT path FROM location WHERE"
		     " address = 4097 ORDER BY id)",
		     "sessions, sessions (2)");
	trace_close(left);
}

Test(redact_image, what_the_host_is_called_and_what_was_marked_is_gone)
{
	struct trace *trace = make_trace(3), *left;

	cr_assert_eq(trace_set_meta(trace, "host", "annas-laptop"), 0);
	cr_assert_eq(trace_add_mark(trace, 42, 11 * SECOND, "call of anna"), 0);
	cr_assert_eq(trace_add_mark(trace, 42, 11 * SECOND, "call of bert"), 0);
	cr_assert_eq(trace_add_mark(trace, 42, 11 * SECOND, "call of anna"), 0);
	left = redacted_of(trace);
	expect_value(left, "SELECT value FROM meta WHERE key = 'host'", "");
	expect_value(left, "SELECT value FROM meta WHERE key = 'command'", "sessions");
	expect_value(left, "SELECT group_concat(text) FROM (SELECT text FROM mark ORDER BY id)",
		     "mark-1,mark-2,mark-1");
	trace_close(left);
}

Test(redact_image, what_the_schema_does_not_have_is_left_out)
{
	struct trace *trace = make_trace(3), *left;

	run(trace, "CREATE TABLE notes (text TEXT)");
	run(trace, "INSERT INTO notes VALUES ('anna')");
	run(trace, "CREATE TRIGGER again AFTER UPDATE ON resource BEGIN DELETE FROM finding; END");
	left = redacted_of(trace);
	expect_value(left, "SELECT count(*) FROM sqlite_master WHERE name IN ('notes', 'again')",
		     "0");
	expect_value(left, "SELECT count(*) FROM finding", "1");
	trace_close(left);
}

Test(redact_image, a_column_that_nobody_decided_about_lets_nothing_out)
{
	static const struct trace_rewriting nothing = {0};
	struct trace *trace = make_trace(3), *left;
	struct report *report = read_report(trace, NULL);

	cr_expect_eq(trace_rewrite(report->image, report->image_size, &nothing, &left), -ENOTSUP);
	cr_expect_str_eq(trace_open_error(),
			 "nobody knows what is to become of the texts of meta.key");
	report_destroy(report);
	trace_close(trace);
}

Test(redact_image, a_damaged_image_is_an_error)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);

	memset(report->image + 8192, 0xff, report->image_size - 8192);
	cr_expect_lt(report_redact(&report, 1), 0);
	report_destroy(report);
	trace_close(trace);
}

Test(redact_image, without_an_image_there_is_none)
{
	struct trace *trace = make_trace(3);
	struct report_filter filter = {0};
	struct report *report = read_report(trace, &filter);

	cr_assert_eq(report_redact(&report, 1), 0);
	cr_expect_null(report->image);
	report_destroy(report);
	trace_close(trace);
}
