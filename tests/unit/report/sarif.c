/* SPDX-License-Identifier: Apache-2.0 */
#include "json_read.inc.c"

#define RESULT "runs.0.results.0."

static const struct report_style style = {.root = "/src", .folder = "/src", .version = "1.2.3"};

/* The document of these reports, to be put. */
static struct json_object *sarif_of(struct report **reports, size_t count,
				    const struct report_style *as)
{
	FILE *stream = open_text();

	cr_assert_eq(report_sarif(stream, reports, count, as), 0);
	fclose(stream);
	return parse_text();
}

/* Of one trace, which is closed. */
static struct json_object *sarif(struct trace *trace)
{
	struct report *report = read_report(trace, NULL);
	struct json_object *root = sarif_of(&report, 1, &style);

	report_destroy(report);
	trace_close(trace);
	return root;
}

/* Of the usual finding, after a gate said that of it. */
static struct json_object *sarif_of_gate(struct report_gate gate)
{
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct json_object *root;

	gate.judged = true;
	report->findings[0].gate = gate;
	root = sarif_of(&report, 1, &style);
	report_destroy(report);
	trace_close(trace);
	return root;
}

Test(sarif, a_result_names_its_rule_and_where_it_is)
{
	struct json_object *root = sarif(make_trace(3));

	expect_member(root, "version", "2.1.0");
	expect_member(root, "runs.0.tool.driver.version", "1.2.3");
	expect_member(root, RESULT "ruleId", "fd-leak");
	expect_member(root, "runs.0.tool.driver.rules.0.id", "fd-leak");
	expect_member(root, RESULT "ruleIndex", "0");
	expect_member(root, RESULT "message.text",
		      "at-exit: 3 UDP sockets opened here were never closed");
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
		      "session.c");
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uriBaseId",
		      "SRCROOT");
	expect_member(root, RESULT "locations.0.physicalLocation.region.startLine", "42");
	expect_member(root, RESULT "locations.0.logicalLocations.0.fullyQualifiedName",
		      "open_media_socket");
	expect_member(root, RESULT "partialFingerprints.rtctrack/v1", "f00d");
	expect_member(root, RESULT "occurrenceCount", "3");
	expect_member(root, "runs.0.originalUriBaseIds.SRCROOT.uri", "file:///src/");
	json_object_put(root);
}

/* GitHub's code scanning takes no rule without. */
Test(sarif, each_rule_is_explained)
{
	struct json_object *root = sarif(make_trace(3)), *rules = NULL;

	rules = member(root, "runs.0.tool.driver.rules");
	cr_assert_gt(json_object_array_length(rules), 10);
	for (size_t i = 0; i < json_object_array_length(rules); i++) {
		struct json_object *rule = json_object_array_get_idx(rules, i);

		cr_expect_not_null(member(rule, "shortDescription.text"));
		cr_expect_not_null(member(rule, "fullDescription.text"));
		cr_expect_not_null(member(rule, "help.text"));
		expect_member(rule, "defaultConfiguration.level", "error");
	}
	json_object_put(root);
}

Test(sarif, a_line_that_is_not_known_is_no_region)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET culprit_line = NULL");
	root = sarif(trace);
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
		      "session.c");
	expect_no_member(root, RESULT "locations.0.physicalLocation.region");
	json_object_put(root);
}

Test(sarif, without_a_file_the_module_is_the_place)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET culprit_file = NULL");
	root = sarif(trace);
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
		      "file:///opt/bin/sessions");
	expect_no_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uriBaseId");
	expect_no_member(root, RESULT "locations.0.physicalLocation.region");
	json_object_put(root);
}

Test(sarif, a_file_is_percent_encoded)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET culprit_file = '/src/a b:c%%#?.c'");
	root = sarif(trace);
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
		      "a%20b%3Ac%25%23%3F.c");
	json_object_put(root);
}

Test(sarif, the_state_says_how_grave_it_is)
{
	static const struct {
		const char *state, *level;
	} rows[] = {{"leaked", "error"}, {"at-exit", "warning"}, {"late", "note"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct trace *trace = make_trace(3);
		struct json_object *root;

		execute(trace, "UPDATE finding SET state = '%s'", rows[i].state);
		root = sarif(trace);
		expect_member(root, RESULT "level", rows[i].level);
		json_object_put(root);
	}
}

Test(sarif, a_gate_says_it_otherwise)
{
	struct json_object *root = sarif_of_gate((struct report_gate){.level = REPORT_LEVEL_NOTE});

	expect_member(root, RESULT "level", "note");
	json_object_put(root);
}

Test(sarif, each_role_of_the_evidence_is_a_stack)
{
	struct json_object *root = sarif(make_chain());

	expect_member(root, RESULT "stacks.0.message.text", "created at");
	expect_member(root,
		      RESULT "stacks.0.frames.0.location.logicalLocations.0.fullyQualifiedName",
		      "open_media_socket");
	expect_member(root, RESULT "stacks.0.frames.0.location.physicalLocation.region.startLine",
		      "42");
	expect_member(root, RESULT "stacks.0.frames.1.location.physicalLocation.address",
		      "{ \"relativeAddress\": 4098 }");
	expect_member(root, RESULT "stacks.1.message.text",
		      "it belongs to the Candidate 'host', created at");
	expect_member(root, RESULT "stacks.3.message.text", "it is pending");
	expect_member(root, RESULT "stacks.3.frames", "[ ]");
	json_object_put(root);
}

Test(sarif, no_two_stacks_of_a_result_are_equal)
{
	struct trace *trace = make_chain();
	struct json_object *root, *stacks;

	execute(trace, "INSERT INTO stack SELECT 2, process_id, 8, 1, addresses FROM stack");
	execute(trace, "INSERT INTO stack_frame SELECT 2, position, location_id FROM stack_frame");
	execute(trace, "INSERT INTO evidence SELECT 1, 61, 11, NULL, 2, role FROM evidence"
		       " WHERE position = 3");
	root = sarif(trace);
	stacks = member(root, RESULT "stacks");
	for (size_t i = 0; i < json_object_array_length(stacks); i++)
		for (size_t j = 0; j < i; j++)
			cr_expect_not(json_object_equal(json_object_array_get_idx(stacks, i),
							json_object_array_get_idx(stacks, j)));
	json_object_put(root);
}

Test(sarif, frames_of_the_preloaded_library_are_left_out)
{
	struct json_object *root = sarif(make_trace(3));

	expect_not("libtrack.so");
	json_object_put(root);
}

Test(sarif, missing_evidence_is_an_execution_without_success)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "INSERT INTO note VALUES (1, 'lost-holes', 'LOST', 5, 'records gone')");
	root = sarif(trace);
	expect_member(root, "runs.0.invocations.0.executionSuccessful", "false");
	expect_member(root, "runs.0.invocations.0.toolExecutionNotifications.0.descriptor.id",
		      "lost-holes");
	expect_member(root, "runs.0.invocations.0.toolExecutionNotifications.0.level", "error");
	expect_member(root, "runs.0.invocations.0.toolExecutionNotifications.0.message.text",
		      "records gone: 5");
	json_object_put(root);
	root = sarif(make_trace(3));
	expect_member(root, "runs.0.invocations.0.executionSuccessful", "true");
	expect_member(root, "runs.0.invocations.0.commandLine", "sessions --n 3");
	json_object_put(root);
}

Test(sarif, a_recording_without_its_end_is_told)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	cr_assert_eq(trace_set_meta(trace, "finished", "0"), 0);
	root = sarif(trace);
	expect_member(root, "runs.0.invocations.0.executionSuccessful", "false");
	expect_member(root, "runs.0.invocations.0.toolExecutionNotifications.0.descriptor.id",
		      "unfinished");
	json_object_put(root);
}

Test(sarif, a_signal_is_told_with_what_it_leaves_unseen)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE process SET end = 'signal', code = 9");
	root = sarif(trace);
	expect_member(root, "runs.0.invocations.0.exitSignalNumber", "9");
	expect("killed by SIGKILL");
	json_object_put(root);
	root = sarif(make_trace(3));
	expect_no_member(root, "runs.0.invocations.0.exitSignalNumber");
	expect_no_member(root, "runs.0.invocations.0.exitCodeDescription");
	json_object_put(root);
}

Test(sarif, what_is_excused_is_suppressed_by_its_line)
{
	struct json_object *root = sarif_of_gate((struct report_gate){
		.level = REPORT_LEVEL_ERROR,
		.excuse = REPORT_SUPPRESSED,
		.place = "leaks.supp:3",
		.reason = "known upstream",
	});

	expect_member(root, RESULT "suppressions.0.kind", "external");
	expect_member(root, RESULT "suppressions.0.justification",
		      "suppressed by leaks.supp:3: known upstream");
	json_object_put(root);
	root = sarif_of_gate((struct report_gate){.level = REPORT_LEVEL_ERROR, .fails = true});
	expect_member(root, RESULT "suppressions", "[ ]");
	json_object_put(root);
	root = sarif(make_trace(3));
	expect_no_member(root, RESULT "suppressions");
	json_object_put(root);
}

/* Who reads no suppressions is not to be alarmed. */
Test(sarif, what_is_excused_is_a_note)
{
	struct json_object *root = sarif_of_gate((struct report_gate){
		.level = REPORT_LEVEL_ERROR, .excuse = REPORT_BASELINE, .place = "known.jsonl:1"});

	expect_member(root, RESULT "level", "note");
	json_object_put(root);
	root = sarif_of_gate((struct report_gate){.level = REPORT_LEVEL_IGNORE,
						  .excuse = REPORT_SUPPRESSED,
						  .place = "leaks.supp:3"});
	expect_member(root, RESULT "level", "none");
	json_object_put(root);
	root = sarif_of_gate((struct report_gate){.level = REPORT_LEVEL_ERROR, .fails = true});
	expect_member(root, RESULT "level", "error");
	json_object_put(root);
}

Test(sarif, a_baseline_gives_results_a_state)
{
	static const struct {
		enum report_novelty novelty;
		const char *state;
	} rows[] = {{REPORT_NEW, "new"}, {REPORT_KNOWN, "unchanged"}, {REPORT_MORE, "updated"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct json_object *root = sarif_of_gate(
			(struct report_gate){.fails = true, .novelty = rows[i].novelty});

		expect_member(root, RESULT "baselineState", rows[i].state);
		json_object_put(root);
	}
}

#define NOTIFICATIONS "runs.0.invocations.0.toolExecutionNotifications."

/* Of the usual trace twice, after a gate said that of both. */
static struct json_object *sarif_of_fixed(const struct report_fixed *fixed, size_t count)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	struct json_object *root;

	reports[0]->fixed = fixed;
	reports[0]->fixed_count = count;
	root = sarif_of(reports, 2, &style);
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
	return root;
}

/* GitHub's code scanning refuses a document that has a result without a place. */
Test(sarif, what_the_baseline_knows_and_is_gone_is_told_once_and_no_result)
{
	static const struct report_fixed fixed[] = {
		{.fingerprint = "0ff", .rule = "ref-leak", .class_name = "A", .culprit = "keep"},
		{.fingerprint = "f00d", .rule = "fd-leak", .class_name = "udp", .found = 3},
	};
	struct json_object *root = sarif_of_fixed(fixed, 2);

	expect_no_member(root, "runs.0.results.1");
	expect_member(root, NOTIFICATIONS "0.descriptor.id", "fixed");
	expect_member(root, NOTIFICATIONS "0.level", "note");
	expect_member(root, NOTIFICATIONS "0.message.text",
		      "fixed: ref-leak of A, keep [0ff]: the baseline knows it, and it is gone");
	expect_no_member(root, NOTIFICATIONS "1");
	expect_no_member(root, "runs.0.invocations.1.toolExecutionNotifications.0");
	json_object_put(root);
}

Test(sarif, of_very_many_that_are_gone_the_rest_is_counted)
{
	static struct report_fixed fixed[107];
	struct json_object *root;

	for (size_t i = 0; i < 107; i++)
		fixed[i] = (struct report_fixed){
			.fingerprint = "0ff", .rule = "ref-leak", .class_name = "A"};
	root = sarif_of_fixed(fixed, 107);
	expect_member(root, NOTIFICATIONS "100.message.text", "fixed: 7 more");
	expect_no_member(root, NOTIFICATIONS "101");
	json_object_put(root);
}

/* The same: what each result needs. */
Test(sarif, each_result_is_at_some_file)
{
	static const struct {
		const char *change, *uri;
	} rows[] = {
		{"culprit_file = NULL, culprit_module = NULL", "file:///opt/bin/sessions"},
		{"culprit_function = NULL, culprit_file = NULL, culprit_module = NULL",
		 "file:///opt/bin/sessions"},
		{"culprit_file = NULL, culprit_module = NULL, process_id = 99",
		 "file:///opt/bin/sessions"},
		{"culprit_file = '', culprit_module = ''", "file:///opt/bin/sessions"},
		{"culprit_file = '../a.c', culprit_module = NULL", "file:///opt/bin/sessions"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct trace *trace = make_trace(3);
		struct json_object *root;

		execute(trace, "UPDATE finding SET %s", rows[i].change);
		root = sarif(trace);
		expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
			      rows[i].uri);
		json_object_put(root);
	}
}

Test(sarif, even_of_a_program_without_a_name)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET culprit_file = NULL, culprit_module = NULL");
	execute(trace, "UPDATE process SET exe = ''");
	root = sarif(trace);
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri", "program");
	json_object_put(root);
}

Test(sarif, two_traces_are_one_run_with_an_invocation_each)
{
	struct trace *trace = make_trace(3);
	struct report *reports[] = {read_report(trace, NULL), read_report(trace, NULL)};
	struct json_object *root = sarif_of(reports, 2, &style);

	expect_no_member(root, "runs.1");
	expect_member(root, "runs.0.invocations.1.executionSuccessful", "true");
	expect_no_member(root, "runs.0.results.1");
	expect_member(root, RESULT "occurrenceCount", "6");
	expect_member(root, RESULT "properties.recordings", "2");
	json_object_put(root);
	report_destroy(reports[0]);
	report_destroy(reports[1]);
	trace_close(trace);
}

Test(sarif, names_are_neither_links_nor_places_for_arguments)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET message = '[here](http://evil) \"<b>'");
	root = sarif(trace);
	expect_member(root, RESULT "message.text", "at-exit: \\[here\\](http://evil) \"<b>");
	json_object_put(root);
	trace = make_trace(3);
	execute(trace, "UPDATE finding SET message = 'a{b} {0}'");
	root = sarif(trace);
	expect_member(root, RESULT "message.text", "at-exit: a{{b}} {{0}}");
	json_object_put(root);
	trace = make_trace(3);
	execute(trace, "UPDATE finding SET message = 'a[3] {lambda()}'");
	root = sarif(trace);
	expect_member(root, RESULT "message.text", "at-exit: a[3] {lambda()}");
	json_object_put(root);
}

Test(sarif, a_rule_that_is_not_known_has_no_index)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE finding SET rule = 'new-rule'");
	root = sarif(trace);
	expect_member(root, RESULT "ruleId", "new-rule");
	expect_no_member(root, RESULT "ruleIndex");
	json_object_put(root);
}

Test(sarif, without_a_root_no_folder_is_told)
{
	static const struct report_style plain = {.folder = NULL};
	struct trace *trace = make_trace(3);
	struct report *report = read_report(trace, NULL);
	struct json_object *root = sarif_of(&report, 1, &plain);

	expect_no_member(root, "runs.0.originalUriBaseIds");
	expect_member(root, RESULT "locations.0.physicalLocation.artifactLocation.uri",
		      "file:///src/session.c");
	json_object_put(root);
	report_destroy(report);
	trace_close(trace);
}

Test(sarif, times_are_of_the_wall_clock)
{
	struct trace *trace = make_trace(3);
	struct json_object *root;

	execute(trace, "UPDATE process SET realtime_ns = 86400000000000");
	root = sarif(trace);
	expect_member(root, "runs.0.invocations.0.startTimeUtc", "1970-01-02T00:00:00Z");
	expect_member(root, "runs.0.invocations.0.endTimeUtc", "1970-01-02T00:00:02Z");
	json_object_put(root);
}
