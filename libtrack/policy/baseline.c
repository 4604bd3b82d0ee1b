/* SPDX-License-Identifier: Apache-2.0 */
#include "baseline.h"

#include <base/suggest.h>
#include <base/text.h>
#include <errno.h>
#include <json.h>
#include <math.h>
#include <schema/file.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "words.h"

#define BASELINE_BYTES_MAX (64u << 20)
#define JSON_DEPTH 8
#define FINGERPRINT_DIGITS 16

struct reading {
	struct policy *policy;
	struct baseline baseline;
	struct lines *lines;
	size_t capacity;
};

#define COMPLAIN(reading, ...)                                                                     \
	schema_errors_add((reading)->lines->errors, (reading)->lines->number, __VA_ARGS__)

bool fingerprint_parse(const char *text, uint64_t *ret_fingerprint)
{
	if (!text || strlen(text) != FINGERPRINT_DIGITS ||
	    strspn(text, "0123456789abcdef") != FINGERPRINT_DIGITS)
		return false;
	*ret_fingerprint = strtoull(text, NULL, 16);
	return true;
}

struct known *baseline_find(const struct baseline *baseline, const char *fingerprint)
{
	uint64_t key;
	const uint64_t *index = fingerprint_parse(fingerprint, &key)
					? u64map_get(&baseline->by_fingerprint, key)
					: NULL;

	return index ? &baseline->items[*index] : NULL;
}

/* NULL, told, if it is no object of JSON and nothing else. */
static struct json_object *parse_line(struct reading *reading)
{
	const char *text = reading->lines->text;
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *line = NULL;
	enum json_tokener_error error = json_tokener_error_size;

	if (!tokener) {
		reading->lines->errors->is_short = true;
	} else if (strspn(text, "<=>|") >= 7) {
		COMPLAIN(reading, "a merge was left unfinished here: keep the lines of both sides");
	} else {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		/* With its terminator, which ends whatever it is. */
		line = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
		error = json_tokener_get_error(tokener);
		if (!line || !json_object_is_type(line, json_type_object)) {
			COMPLAIN(reading, "a line is {\"fingerprint\": ..., \"allowed\": ...}%s%s",
				 error != json_tokener_success ? ", not JSON: " : "",
				 error != json_tokener_success ? json_tokener_error_desc(error)
							       : "");
			json_object_put(line);
			line = NULL;
		}
	}
	if (tokener)
		json_tokener_free(tokener);
	return line;
}

/* The member; NULL, told, if it is not there. */
static struct json_object *need(struct reading *reading, struct json_object *line, const char *key)
{
	struct json_object *value;
	const char *near = NULL;

	if (json_object_object_get_ex(line, key, &value) && value)
		return value;
	json_object_object_foreach(line, name, other)
	{
		struct suggestion suggestion = suggestion_start(name);

		(void)other;
		suggestion_offer(&suggestion, key);
		near = suggestion.name ? name : near;
	}
	COMPLAIN(reading, "it has no '%s'%s%.64s%s", key, near ? "; did you mean it by '" : "",
		 near ? near : "", near ? "'?" : "");
	return NULL;
}

/* "" if it is not there: only for people. */
static const char *text_of(struct reading *reading, struct json_object *line, const char *key)
{
	struct json_object *value;
	char text[1024] = "";

	if (json_object_object_get_ex(line, key, &value) &&
	    json_object_is_type(value, json_type_string))
		text_clean(json_object_get_string(value), (size_t)json_object_get_string_len(value),
			   text, sizeof(text));
	return policy_keep(reading->policy, text, strlen(text));
}

static bool read_numbers(struct reading *reading, struct json_object *line, uint64_t *ret_key,
			 uint64_t *ret_allowed)
{
	struct json_object *fingerprint = need(reading, line, "fingerprint");
	struct json_object *allowed = need(reading, line, "allowed");
	bool is_right = fingerprint && allowed;

	if (fingerprint && (!json_object_is_type(fingerprint, json_type_string) ||
			    !fingerprint_parse(json_object_get_string(fingerprint), ret_key))) {
		COMPLAIN(reading, "a fingerprint is %d digits of 0-9a-f, not '%.64s'",
			 FINGERPRINT_DIGITS, json_object_get_string(fingerprint));
		is_right = false;
	}
	if (allowed &&
	    (!json_object_is_type(allowed, json_type_int) || json_object_get_int64(allowed) < 1)) {
		COMPLAIN(reading,
			 "allowed is a whole number from 1, not '%.64s': what is not "
			 "allowed has no line",
			 json_object_get_string(allowed));
		is_right = false;
	}
	if (is_right)
		*ret_allowed = (uint64_t)json_object_get_int64(allowed);
	return is_right;
}

/* What a line may leave out, as those that were written before it was kept do: 0 then. */
static uint64_t read_whole(struct reading *reading, struct json_object *line, const char *key)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_object_get_ex(line, key, &value))
		return 0;
	number = json_object_get_int64(value);
	if (json_object_is_type(value, json_type_int) && number > 0)
		return (uint64_t)number;
	COMPLAIN(reading, "%s is a whole number from 1, not '%.64s'", key,
		 json_object_get_string(value));
	return 0;
}

static int add_program(struct reading *reading, struct json_object *name, const char **items,
		       struct policy_texts *programs)
{
	if (!json_object_is_type(name, json_type_string) || !json_object_get_string_len(name)) {
		COMPLAIN(reading, "program is a name, or a list of them, not '%.64s'",
			 json_object_get_string(name));
		return 0;
	}
	items[programs->count] = policy_keep(reading->policy, json_object_get_string(name),
					     (size_t)json_object_get_string_len(name));
	return items[programs->count++] ? 0 : -ENOMEM;
}

/* One, or a list of those whose findings have this fingerprint. */
static int read_programs(struct reading *reading, struct json_object *line, struct known *known)
{
	struct json_object *value;
	const char **items;
	size_t count;
	int r = 0;

	if (!json_object_object_get_ex(line, "program", &value))
		return 0;
	count = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
	items = schema_memory_take(&reading->policy->memory, (count + 1) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	known->programs.items = items;
	if (!json_object_is_type(value, json_type_array))
		return add_program(reading, value, items, &known->programs);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_program(reading, json_object_array_get_idx(value, i), items,
				&known->programs);
	return r;
}

static void read_growth(struct reading *reading, struct json_object *line, struct known *known)
{
	struct json_object *value;

	if (json_object_object_get_ex(line, "slope", &value)) {
		bool is_number = json_object_is_type(value, json_type_double) ||
				 json_object_is_type(value, json_type_int);

		known->slope = json_object_get_double(value);
		if (!is_number || !isfinite(known->slope) || known->slope <= 0)
			COMPLAIN(reading, "slope is a number above 0, not '%.64s'",
				 json_object_get_string(value));
	}
	known->sessions = read_whole(reading, line, "sessions");
}

/* The gravest that was known. */
static void read_state(struct reading *reading, struct known *known)
{
	const char *name = known->state_name;

	if (name && *name && schema_words_find(&policy_words_state, name, &known->state) < 0)
		schema_words_complain(&policy_words_state, name, known->line,
				      reading->lines->errors);
}

static int add(struct reading *reading, const struct known *known, uint64_t key)
{
	struct baseline *baseline = &reading->baseline;
	struct known *items;

	if (baseline->count == reading->capacity) {
		size_t capacity = reading->capacity ? 2 * reading->capacity : 64;

		items = reallocarray(baseline->items, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		baseline->items = items;
		reading->capacity = capacity;
	}
	baseline->items[baseline->count] = *known;
	return u64map_put(&baseline->by_fingerprint, key, baseline->count++);
}

static int keep_line(struct reading *reading, struct json_object *line)
{
	struct known known = {.line = reading->lines->number};
	uint64_t key = 0;
	const uint64_t *other;
	int r;

	if (!read_numbers(reading, line, &key, &known.allowed))
		return 0;
	other = u64map_get(&reading->baseline.by_fingerprint, key);
	if (other) {
		COMPLAIN(reading, "line %u has this fingerprint too: keep one of them",
			 reading->baseline.items[*other].line);
		return 0;
	}
	known.text =
		policy_keep(reading->policy, reading->lines->text, strlen(reading->lines->text));
	known.fingerprint = text_of(reading, line, "fingerprint");
	known.rule = text_of(reading, line, "rule");
	known.class_name = text_of(reading, line, "class");
	known.culprit = text_of(reading, line, "culprit");
	known.state_name = text_of(reading, line, "state");
	if (!known.text || !known.fingerprint || !known.rule || !known.class_name ||
	    !known.culprit || !known.state_name)
		return -ENOMEM;
	read_state(reading, &known);
	read_growth(reading, line, &known);
	known.in_one = read_whole(reading, line, "in_one");
	r = read_programs(reading, line, &known);
	return r == 0 ? add(reading, &known, key) : r;
}

static void finish(struct baseline *baseline)
{
	free(baseline->items);
	u64map_finish(&baseline->by_fingerprint);
}

int policy_parse_baseline(struct policy *policy, const char *path, const void *bytes, size_t size,
			  struct schema_errors *errors)
{
	struct lines lines;
	struct reading reading = {.policy = policy, .lines = &lines};
	int r = lines_start(&lines, bytes, size, BASELINE_BYTES_MAX, errors);

	reading.baseline.path = policy_keep(policy, path, strlen(path));
	if (!reading.baseline.path)
		return -ENOMEM;
	while (r == 0 && lines_next(&lines)) {
		struct json_object *line = parse_line(&reading);

		if (line)
			r = keep_line(&reading, line);
		json_object_put(line);
	}
	if (r == 0 || r == -EINVAL)
		r = policy_errors_end(errors);
	if (r < 0) {
		finish(&reading.baseline);
		return r;
	}
	finish(&policy->baseline);
	policy->baseline = reading.baseline;
	return 0;
}

int policy_set_baseline(struct policy *policy, const char *path, struct schema_errors *errors)
{
	char *bytes = NULL;
	size_t size;
	int r = schema_file_read(path, BASELINE_BYTES_MAX, &bytes, &size);

	if (r == 0)
		r = policy_parse_baseline(policy, path, bytes, size, errors);
	free(bytes);
	return r;
}
