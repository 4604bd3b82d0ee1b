/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <schema/file.h>
#include <schema/reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_keys.h"
#include "rows.h"
#include "words.h"

#define FILE_BYTES_MAX (1u << 20)
#define ROW_TEXT 512

/* A file that is being read. */
struct reading {
	struct policy *policy;
	const char *path;
	struct policy_file file;
	struct schema_errors *errors;
};

static struct pattern pattern_of(const struct schema_text *given)
{
	return given->text ? pattern_whole(given->text) : (struct pattern){.text = NULL};
}

static struct condition condition_of(const struct policy_condition_row *row)
{
	return (struct condition){
		.rule = row->rule,
		.state = row->state,
		.kind = row->kind,
		.class_name = pattern_of(&row->class_name),
		.scope_name = pattern_of(&row->scope_name),
	};
}

/* Appends "key value", behind a comma if something stands there, as far as there is room. */
static void describe(char text[ROW_TEXT], const char *key, const char *value)
{
	size_t used = strlen(text);

	if (value)
		snprintf(text + used, ROW_TEXT - used, "%s%s %s", used ? ", " : "", key, value);
}

static void describe_condition(const struct policy_condition_row *is, char text[ROW_TEXT])
{
	text[0] = '\0';
	describe(text, "rule", schema_words_name(&policy_words_rule, is->rule));
	describe(text, "state", schema_words_name(&policy_words_state, is->state));
	describe(text, "kind", schema_words_name(&policy_words_kind, is->kind));
	describe(text, "class", is->class_name.text);
	describe(text, "scope", is->scope_name.text);
}

static void describe_severity(const struct policy_severity_row *row, char text[ROW_TEXT])
{
	describe_condition(&row->condition, text);
	describe(text, "level", schema_words_name(&policy_words_level, row->level));
}

static void describe_budget(const struct policy_budget_row *row, char text[ROW_TEXT])
{
	char max[16];

	snprintf(max, sizeof(max), "%u", row->max.value);
	describe_condition(&row->condition, text);
	describe(text, "max", max);
}

static void describe_lifetime(const struct policy_lifetime_row *row, char text[ROW_TEXT])
{
	text[0] = '\0';
	describe(text, "function", row->function.text);
	describe(text, "module", row->module.text);
	describe(text, "class", row->class_name.text);
}

static bool is_told(const struct schema_errors *errors, unsigned line)
{
	for (size_t i = 0; i < errors->count; i++)
		if (errors->items[i].line == line)
			return true;
	return false;
}

/* A row about all findings would let everything pass. What is wrong with it was told before. */
static void need_condition(struct reading *reading, const char *of, unsigned line,
			   const struct policy_condition_row *is)
{
	if (!is->rule && !is->state && !is->kind && !is->class_name.text && !is->scope_name.text &&
	    !is_told(reading->errors, line))
		schema_errors_add(reading->errors, line,
				  "a row of %s needs 'rule', 'state', 'kind', 'class' or 'scope'",
				  of);
}

static int add_severities(struct reading *reading, struct draft *draft)
{
	size_t count = reading->file.severity_count;
	char text[ROW_TEXT];

	draft->severities =
		schema_memory_take(&reading->policy->memory, count * sizeof(*draft->severities));
	if (!draft->severities)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct policy_severity_row *row = &reading->file.severities[i];

		describe_severity(row, text);
		need_condition(reading, "severities", row->line, &row->condition);
		draft->severities[i] = (struct severity){
			.condition = condition_of(&row->condition),
			.level = row->level ? (enum policy_level)(row->level - 1) : POLICY_ERROR,
			.path = reading->path,
			.text = policy_keep(reading->policy, text, strlen(text)),
			.line = row->line,
			.why = row->why.text,
		};
		if (!draft->severities[i].text)
			return -ENOMEM;
	}
	draft->severity_count = count;
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const struct excuse *left = a, *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

static struct excuse budget_of(struct reading *reading, const struct policy_budget_row *row,
			       char text[ROW_TEXT])
{
	need_condition(reading, "budgets", row->line, &row->condition);
	describe_budget(row, text);
	return (struct excuse){
		.reason = POLICY_BUDGET,
		.path = reading->path,
		.line = row->line,
		.why = row->why.text,
		.max = row->max.value,
		.condition = condition_of(&row->condition),
	};
}

static struct excuse lifetime_of(struct reading *reading, const struct policy_lifetime_row *row,
				 char text[ROW_TEXT])
{
	if (!row->function.text && !row->module.text && !row->class_name.text)
		schema_errors_add(reading->errors, row->line,
				  "a row of process-lifetime needs 'function', 'module' or "
				  "'class'");
	describe_lifetime(row, text);
	return (struct excuse){
		.reason = POLICY_PROCESS_LIFETIME,
		.path = reading->path,
		.line = row->line,
		.why = row->why.text,
		.max = UINT64_MAX,
		.function = pattern_of(&row->function),
		.module = pattern_of(&row->module),
		.class_name = pattern_of(&row->class_name),
	};
}

static int add_excuses(struct reading *reading, struct draft *draft)
{
	const struct policy_file *file = &reading->file;
	size_t count = file->budget_count + file->lifetime_count;
	char text[ROW_TEXT];

	draft->excuses =
		schema_memory_take(&reading->policy->memory, count * sizeof(*draft->excuses));
	if (!draft->excuses)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct excuse *excuse = &draft->excuses[i];

		*excuse = i < file->budget_count
				  ? budget_of(reading, &file->budgets[i], text)
				  : lifetime_of(reading, &file->lifetimes[i - file->budget_count],
						text);
		excuse->text = policy_keep(reading->policy, text, strlen(text));
		if (!excuse->text)
			return -ENOMEM;
	}
	draft->excuse_count = count;
	qsort(draft->excuses, count, sizeof(*draft->excuses), compare_lines);
	return 0;
}

/* A path of the file is one from the file's folder. NULL: no memory. */
static const char *whole_path(struct reading *reading, const char *path)
{
	const char *slash = strrchr(reading->path, '/');
	size_t folder = *path != '/' && slash ? (size_t)(slash - reading->path) + 1 : 0;
	size_t length = strlen(path);
	char *whole = schema_memory_take(&reading->policy->memory, folder + length + 1);

	if (!whole)
		return NULL;
	memcpy(whole, reading->path, folder);
	memcpy(whole + folder, path, length + 1);
	return whole;
}

static bool is_any_path(const char *text)
{
	(void)text;
	return true;
}

static bool is_no_path(const char *text)
{
	(void)text;
	return false;
}

/* A pack is one of ours by its name, or a file. */
static bool is_pack_path(const char *text)
{
	size_t length = strlen(text);

	return strchr(text, '/') || (length > 5 && strcmp(text + length - 5, ".yaml") == 0);
}

static int keep_texts(struct reading *reading, const struct schema_texts *texts,
		      bool (*is_path)(const char *), struct policy_texts *ret_texts)
{
	const char **items =
		schema_memory_take(&reading->policy->memory, texts->count * sizeof(*items));
	unsigned *lines =
		schema_memory_take(&reading->policy->memory, texts->count * sizeof(*lines));

	if (!items || !lines)
		return -ENOMEM;
	*ret_texts = (struct policy_texts){.items = items, .lines = lines};
	for (size_t i = 0; i < texts->count; i++) {
		const char *text = texts->items[i].text;

		if (!text)
			continue; /* it was told */
		lines[ret_texts->count] = texts->items[i].line;
		items[ret_texts->count] = is_path(text) ? whole_path(reading, text) : text;
		if (!items[ret_texts->count++])
			return -ENOMEM;
	}
	return 0;
}

static int settings_of(struct reading *reading, struct policy_settings *ret_settings)
{
	const struct policy_file *file = &reading->file;
	struct policy_settings settings = {
		.has_grace = file->given & 1u << POLICY_KEY_GRACE,
		.has_settle = file->given & 1u << POLICY_KEY_SETTLE,
		.has_hang_after = file->given & 1u << POLICY_KEY_HANG_AFTER,
		.has_strict = file->given & 1u << POLICY_KEY_STRICT,
		.grace_ns = file->grace_ns,
		.settle_ns = file->settle_ns,
		.hang_after_ns = file->hang_after_ns,
		.strict = file->strict,
	};
	int r = 0;

	if (file->baseline.text) {
		settings.baseline = whole_path(reading, file->baseline.text);
		settings.baseline_line = file->baseline.line;
		r = settings.baseline ? 0 : -ENOMEM;
	}
	if (r == 0)
		r = keep_texts(reading, &file->suppressions, is_any_path, &settings.suppressions);
	if (r == 0)
		r = keep_texts(reading, &file->mine, is_no_path, &settings.mine);
	if (r == 0)
		r = keep_texts(reading, &file->packs, is_pack_path, &settings.packs);
	if (r == 0)
		*ret_settings = settings;
	return r;
}

int policy_parse_file(struct policy *policy, const char *path, const void *bytes, size_t size,
		      struct schema_errors *errors)
{
	struct reading reading = {.policy = policy, .errors = errors};
	struct policy_settings settings;
	struct draft draft = {.severity_count = 0};
	int r;

	reading.path = policy_keep(policy, path, strlen(path));
	if (!reading.path)
		return -ENOMEM;
	if (size > FILE_BYTES_MAX) {
		schema_errors_add(errors, 0, "a policy has at most %u bytes", FILE_BYTES_MAX);
		return policy_errors_end(errors);
	}
	r = schema_read(bytes, size, &schema_policy, &reading.file, &policy->memory, errors);
	if (r == 0)
		r = add_severities(&reading, &draft);
	if (r == 0)
		r = add_excuses(&reading, &draft);
	if (r == 0)
		r = settings_of(&reading, &settings);
	if (r == 0 || r == -EINVAL)
		r = policy_errors_end(errors);
	if (r == 0)
		r = policy_accept(policy, &draft);
	if (r == 0)
		policy->settings = settings;
	return r;
}

int policy_add_file(struct policy *policy, const char *path, struct schema_errors *errors)
{
	char *bytes = NULL;
	size_t size;
	int r = schema_file_read(path, FILE_BYTES_MAX, &bytes, &size);

	if (r == 0)
		r = policy_parse_file(policy, path, bytes, size, errors);
	free(bytes);
	return r;
}
