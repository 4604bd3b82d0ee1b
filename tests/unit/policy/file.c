/* SPDX-License-Identifier: Apache-2.0 */
#include "policy.inc.c"

Test(file, every_setting_is_read)
{
	struct policy *policy = begin();
	const struct policy_settings *settings;

	take(policy, policy_parse_file, "ci/rtctrack.yaml",
	     "grace: 2\nsettle: 0\nhang-after: 0.5\nstrict: true\nmine: ['src/*', b]\n"
	     "packs: [./m.yaml, n.yaml, /etc/o.yaml, openssl]\nbaseline: leaks.jsonl\n"
	     "suppressions:\n  - leaks.supp\n  - /etc/all.supp\n");
	settings = policy_settings(policy);
	cr_expect(settings->has_grace && settings->has_settle && settings->has_hang_after);
	cr_expect_eq(settings->grace_ns, 2000000000);
	cr_expect_eq(settings->settle_ns, 0);
	cr_expect_eq(settings->hang_after_ns, 500000000);
	cr_expect(settings->has_strict && settings->strict);
	cr_assert_eq(settings->mine.count, 2);
	cr_expect_str_eq(settings->mine.items[0], "src/*");
	cr_assert_eq(settings->packs.count, 4);
	cr_expect_str_eq(settings->packs.items[0], "ci/./m.yaml");
	cr_expect_str_eq(settings->packs.items[1], "ci/n.yaml");
	cr_expect_str_eq(settings->packs.items[2], "/etc/o.yaml");
	cr_expect_str_eq(settings->packs.items[3], "openssl");
	cr_expect_str_eq(settings->baseline, "ci/leaks.jsonl");
	cr_assert_eq(settings->suppressions.count, 2);
	cr_expect_str_eq(settings->suppressions.items[0], "ci/leaks.supp");
	cr_expect_str_eq(settings->suppressions.items[1], "/etc/all.supp");
	policy_destroy(policy);
}

Test(file, what_is_not_said_is_not_set)
{
	static const char *const nothing[] = {"", "# only a comment\n", "{}",
					      "mine:\nbudgets: []\n"};

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		struct policy *policy = begin();
		const struct policy_settings *settings = policy_settings(policy);

		take(policy, policy_parse_file, "rtctrack.yaml", nothing[i]);
		cr_expect_not(settings->has_grace || settings->has_settle ||
			      settings->has_hang_after || settings->has_strict);
		cr_expect_null(settings->baseline);
		cr_expect_eq(settings->suppressions.count + settings->mine.count +
				     settings->packs.count,
			     0);
		policy_destroy(policy);
	}
}

Test(file, without_a_folder_paths_stay_as_they_are)
{
	struct policy *policy = begin();

	take(policy, policy_parse_file, "rtctrack.yaml", "baseline: leaks.jsonl\n");
	cr_expect_str_eq(policy_settings(policy)->baseline, "leaks.jsonl");
	policy_destroy(policy);
}

Test(file, every_error_is_told_with_its_line)
{
	expect_errors(
		policy_parse_file,
		"grce: 2\ngrace: 2s\nsettle: -1\nhang-after: 1e400\nstrict: yes\nmine: a\n"
		"packs: [a, '']\nbudgets:\n  - {rule: fd-leek, max: 2}\n  - {class: udp}\n"
		"  - {max: two}\n  - {clas: udp, max: 2}\nseverities:\n  - {level: fatal}\n"
		"  - {state: leak, level: note}\n  - {kind: fds, level: note}\n  - {}\n"
		"process-lifetime:\n  - {why: mine}\n  - {function: [a]}\nbaseline: {a: b}\n"
		"strict: true\n",
		"1: key 'grce' is unknown; did you mean 'grace'? keys of a policy are: grace, "
		"settle, hang-after, strict, baseline, suppressions, mine, packs, severities, "
		"budgets, process-lifetime\n"
		"2: grace is a number of seconds, as 2 or 0.5, not '2s'\n"
		"3: settle is a number of seconds, as 2 or 0.5, not '-1'\n"
		"4: hang-after is a number of seconds, as 2 or 0.5, not '1e400'\n"
		"5: strict is true or false, not 'yes'\n"
		"6: mine is a list: [a, b], or a line '- a' each\n"
		"7: packs is empty\n"
		"9: rule 'fd-leek' is unknown; did you mean 'fd-leak'? rules are: fd-leak, "
		"thread-leak, growth, double-close, exhaustion, use-after-close, ref-leak, "
		"callback-unfired, task-orphaned, timer-leak, scope-unclosed, ref-cycle, "
		"over-release, callback-dropped, callback-double-fire, callback-after-close, "
		"task-lost-waker, close-order, teardown-deadlock, lock-order\n"
		"10: a row of budgets needs 'max'\n"
		"11: max is a number from 0 to 1000000000, not 'two'\n"
		"12: key 'clas' is unknown; did you mean 'class'? keys of a row of budgets are: "
		"rule, state, kind, class, scope, max, why\n"
		"14: level 'fatal' is unknown; levels are: error, warning, note, ignore\n"
		"15: state 'leak' is unknown; did you mean 'leaked'? states are: broken, leaked, "
		"growing, unclosed, suspect, possible, recheck, at-exit, late, unknown-origin\n"
		"16: kind 'fds' is unknown; did you mean 'fd'? kinds are: fd, thread, object, "
		"callback, task, timer, scope, lock\n"
		"17: a row of severities needs 'level'\n"
		"19: a row of process-lifetime needs 'function', 'module' or 'class'\n"
		"20: a row of process-lifetime needs 'function', 'module' or 'class'\n"
		"20: function is a word, not a list\n"
		"21: baseline is a word, not a mapping\n"
		"22: key 'strict' is given twice\n");
}

Test(file, numbers_of_seconds_are_those_of_the_options)
{
	struct policy *policy = begin();

	take(policy, policy_parse_file, "p", "grace: 0.001\nsettle: .25\nhang-after: 0.0\n");
	cr_expect_eq(policy_settings(policy)->grace_ns, 1000000);
	cr_expect_eq(policy_settings(policy)->settle_ns, 250000000);
	cr_expect_eq(policy_settings(policy)->hang_after_ns, 0);
	policy_destroy(policy);
	expect_error(policy_parse_file, "grace: 0.0001\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace: 100000001\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace: .\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace: 1.2.3\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace:\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace: 0x10\n", "1: grace is a number of seconds");
	expect_error(policy_parse_file, "grace: inf\n", "1: grace is a number of seconds");
}

Test(file, a_row_about_all_findings_is_refused)
{
	expect_errors(policy_parse_file,
		      "severities:\n  - {level: note, why: mine}\n  - {scope: a, level: note}\n"
		      "budgets:\n  - {max: 1000}\n  - {state: late, max: 1}\n",
		      "2: a row of severities needs 'rule', 'state', 'kind', 'class' or 'scope'\n"
		      "5: a row of budgets needs 'rule', 'state', 'kind', 'class' or 'scope'\n");
}

Test(file, a_file_with_an_error_is_not_used_at_all)
{
	static const char text[] =
		"grace: 5\nseverities: [{kind: fd, level: ignore}]\nbudgets: [{kind: fd, max: 9}]\n"
		"nonsense: 1\n";
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();
	size_t count;

	cr_expect_eq(policy_parse_file(policy, "p", text, strlen(text), &errors), -EINVAL);
	cr_expect_not(policy_settings(policy)->has_grace);
	cr_expect(judge_one(policy, false, (struct policy_finding){SOCKET}).fails);
	policy_uses(policy, &count);
	cr_expect_eq(count, 0);
	schema_errors_clear(&errors);
	policy_destroy(policy);
}

Test(file, what_is_no_yaml_is_told_with_a_hint)
{
	expect_error(policy_parse_file, "mine: [src/*, */net]\n",
		     "put what begins with * into quotes");
	expect_error(policy_parse_file, "mine: [a\n", "2: ");
	expect_error(policy_parse_file, "grace: 1\n\tsettle: 1\n", "2: ");
	expect_error(policy_parse_file, "- a\n", "1: a policy is a mapping: key: value");
	expect_error(policy_parse_file, "grace: 1\n---\nstrict: true\n",
		     "3: a second document begins here");
}

Test(file, hostile_bytes_are_refused)
{
	static const char zero[] = "baseline: \"a\\0b\"\n";
	size_t size = 10u << 20;
	char *text = malloc(size), *found;

	cr_assert_not_null(text);
	memset(text, '[', size);
	found = errors_of_bytes(policy_parse_file, text, size);
	cr_expect_str_eq(found, "0: a policy has at most 1048576 bytes\n");
	free(found);
	found = errors_of_bytes(policy_parse_file, text, 1u << 20);
	cr_expect_str_eq(found, "1: lists and mappings are in each other more than 64 deep\n");
	free(found);
	found = errors_of_bytes(policy_parse_file, "\0\0\0", 3);
	cr_expect(*found);
	free(found);
	free(text);
	expect_error(policy_parse_file, zero, "1: baseline holds a zero byte");
	expect_error(policy_parse_file, "baseline: \"a\\nb\"\n",
		     "1: baseline holds a control character");
	expect_error(policy_parse_file, "baseline: \xff\xfe\n", "UTF-8");
	expect_error(policy_parse_file, "baseline: !mine x\n",
		     "put what begins with ! into quotes");
}

Test(file, aliases_stand_for_what_they_name_and_not_without_end)
{
	struct policy *policy = begin();
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	take(policy, policy_parse_file, "p", "mine: &m [a, b]\npacks: *m\n");
	cr_expect_eq(policy_settings(policy)->packs.count, 2);
	policy_destroy(policy);

	/* What they repeat is told once, and other errors are not drowned. */
	fprintf(out, "budgets: [&b {max: none}");
	for (int i = 0; i < 4000; i++)
		fprintf(out, ", *b");
	fprintf(out, "]\nmine: [&m a");
	for (int i = 0; i < 4096; i++)
		fprintf(out, ", *m");
	fprintf(out, "]\n");
	fclose(out);
	expect_error(policy_parse_file, text, "2: mine has more than 4096 items");
	free(text);
	expect_error(policy_parse_file, "mine: &a [*a]\n", "1: mine is a word, not a list");
}

Test(file, a_file_that_cannot_be_read_is_said_by_the_system)
{
	struct schema_errors errors = {.count = 0};
	struct policy *policy = begin();

	cr_expect_eq(policy_add_file(policy, "/nowhere", &errors), -ENOENT);
	cr_expect_eq(policy_add_file(policy, "/tmp", &errors), -EISDIR);
	cr_expect_eq(policy_add_file(policy, "/dev/zero", &errors), -EINVAL);
	cr_expect_eq(policy_add_suppressions(policy, "/nowhere", &errors), -ENOENT);
	cr_expect_eq(errors.count, 0);
	policy_destroy(policy);
}
