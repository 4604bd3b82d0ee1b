/* SPDX-License-Identifier: Apache-2.0 */
#include <base/suggest.h>
#include <base/text.h>
#include <ctype.h>
#include <errno.h>
#include <schema/file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "rows.h"
#include "words.h"

#define SUPPRESSIONS_BYTES_MAX (4u << 20)
#define MAX_MOST 1000000000u
#define PATTERN_BYTES_MAX (LINE_BYTES_MAX / 2)

#define MAX_KEY "max="
#define REASON_KEY "reason="

struct reading {
	struct policy *policy;
	const char *path;
	struct lines *lines;
	struct draft draft;
	size_t capacity;
};

/* Of a line, whose parts end with a zero byte each. */
struct parts {
	char *pattern, *max, *reason; /* NULL: not given */
};

#define COMPLAIN(reading, ...)                                                                     \
	schema_errors_add((reading)->lines->errors, (reading)->lines->number, __VA_ARGS__)

static char *skip_blanks(char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

static void cut_blanks(char *text)
{
	size_t length = strlen(text);

	while (length && text[length - 1] == ' ')
		text[--length] = '\0';
}

/* The key as a word of its own; what is before it is cut off there. NULL if it is not there. */
static char *cut_key(char *text, const char *key)
{
	for (char *at = strstr(text, key); at; at = strstr(at + 1, key))
		if (at > text && at[-1] == ' ') {
			*at = '\0';
			return at + strlen(key);
		}
	return NULL;
}

/* Is a word of the pattern one that was to be max= or reason=? C++ has blanks, and operator=. */
static const char *mistyped_key(const char *pattern, char ret_word[32])
{
	for (const char *at = pattern; at; at = strchr(at, ' ')) {
		struct suggestion near;
		size_t length;

		at += strspn(at, " ");
		length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		if (at == pattern || length < 2 || length > 12 || at[length] != '=')
			continue;
		snprintf(ret_word, 32, "%.*s", (int)length, at);
		near = suggestion_start(ret_word);
		suggestion_offer(&near, "max");
		suggestion_offer(&near, "reason");
		if (near.name)
			return near.name;
	}
	return NULL;
}

/* "max = 1": then it would be a part of the pattern. */
static const char *parted_key(const char *pattern)
{
	static const char *const keys[] = {MAX_KEY, REASON_KEY};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t length = strlen(keys[i]) - 1;

		for (const char *at = strchr(pattern, ' '); at; at = strchr(at + 1, ' '))
			if (strncmp(at + 1, keys[i], length) == 0 && at[1 + length] == ' ' &&
			    at[1 + length + strspn(at + 1 + length, " ")] == '=')
				return keys[i];
	}
	return NULL;
}

/* A reason is the rest of the line, so that max= behind it would bound nothing. */
static bool ends_with_max(const char *reason)
{
	const char *blank = strrchr(reason, ' ');
	size_t key = strlen(MAX_KEY);

	return blank && strncmp(blank + 1, MAX_KEY, key) == 0 && blank[1 + key] &&
	       !blank[1 + key + strspn(blank + 1 + key, "0123456789")];
}

static bool take_apart(struct reading *reading, char *text, struct parts *ret_parts)
{
	struct parts parts = {.pattern = text};
	const char *near, *parted;
	char word[32];

	parts.reason = cut_key(text, REASON_KEY);
	parts.max = cut_key(text, MAX_KEY);
	if (parts.max)
		cut_blanks(parts.max);
	cut_blanks(parts.pattern);
	parts.pattern = skip_blanks(parts.pattern);
	near = mistyped_key(parts.pattern, word);
	parted = parted_key(parts.pattern);
	if (near)
		COMPLAIN(reading,
			 "'%s=' is unknown; did you mean '%s='? it may be followed by: "
			 "max=N, reason=the rest of the line",
			 word, near);
	else if (parted)
		COMPLAIN(reading, "%s stands without blanks around its sign", parted);
	else if (strstr(parts.pattern, " #"))
		COMPLAIN(reading, "a comment is a line of its own; reason= says why in this one");
	else if (parts.reason && !*skip_blanks(parts.reason))
		COMPLAIN(reading, "reason= gives no reason");
	else if (parts.reason && ends_with_max(parts.reason))
		COMPLAIN(reading, "max= stands before reason=, which is the rest of the line");
	else if (pattern_part(parts.pattern, strlen(parts.pattern)).length == 0)
		COMPLAIN(reading, "it has no pattern behind the kind; * stands for anything");
	else {
		*ret_parts = parts;
		return true;
	}
	return false;
}

static bool parse_max(struct reading *reading, const char *text, uint64_t *ret_max)
{
	unsigned long long number;

	*ret_max = UINT64_MAX;
	if (!text)
		return true;
	errno = 0;
	number = strtoull(text, NULL, 10);
	if (!*text || text[strspn(text, "0123456789")] || errno || number < 1 ||
	    number > MAX_MOST) {
		COMPLAIN(reading, "max is a number from 1 to %u, not '%.64s'", MAX_MOST, text);
		return false;
	}
	*ret_max = number;
	return true;
}

static int add(struct reading *reading, const struct excuse *excuse)
{
	struct draft *draft = &reading->draft;
	struct excuse *items;

	if (draft->excuse_count == reading->capacity) {
		size_t capacity = reading->capacity ? 2 * reading->capacity : 16;

		items = reallocarray(draft->excuses, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		draft->excuses = items;
		reading->capacity = capacity;
	}
	draft->excuses[draft->excuse_count++] = *excuse;
	return 0;
}

static int read_line(struct reading *reading)
{
	struct excuse excuse = {.reason = POLICY_SUPPRESSED, .path = reading->path};
	char *text = reading->lines->text, *colon = strchr(text, ':');
	struct parts parts;
	char *copy;

	excuse.line = reading->lines->number;
	excuse.text = policy_keep(reading->policy, text, strlen(text));
	if (!excuse.text)
		return -ENOMEM;
	if (!colon) {
		COMPLAIN(reading,
			 "a suppression is KIND:PATTERN, as fd-leak:open_socket, not "
			 "'%.64s'",
			 text);
		return 0;
	}
	*colon = '\0';
	if (schema_words_find(&policy_words_suppressed, text, &excuse.suppressed) < 0) {
		schema_words_complain(&policy_words_suppressed, text, excuse.line,
				      reading->lines->errors);
		return 0;
	}
	/* With a blank before it a key behind the colon is one too. */
	*colon = ' ';
	if (!take_apart(reading, colon, &parts) || !parse_max(reading, parts.max, &excuse.max))
		return 0;
	copy = policy_keep(reading->policy, parts.pattern, strlen(parts.pattern));
	if (parts.reason)
		excuse.why = policy_keep(reading->policy, skip_blanks(parts.reason),
					 strlen(skip_blanks(parts.reason)));
	if (!copy || (parts.reason && !excuse.why))
		return -ENOMEM;
	excuse.pattern = pattern_part(copy, strlen(copy));
	return add(reading, &excuse);
}

int policy_parse_suppressions(struct policy *policy, const char *path, const void *bytes,
			      size_t size, struct schema_errors *errors)
{
	struct lines lines;
	struct reading reading = {.policy = policy, .lines = &lines};
	int r = lines_start(&lines, bytes, size, SUPPRESSIONS_BYTES_MAX, errors);

	reading.path = policy_keep(policy, path, strlen(path));
	if (!reading.path)
		return -ENOMEM;
	while (r == 0 && lines_next(&lines))
		if (lines.text[0] != '#')
			r = read_line(&reading);
	if (r == 0 || r == -EINVAL)
		r = policy_errors_end(errors);
	if (r == 0)
		r = policy_accept(policy, &reading.draft);
	free(reading.draft.excuses);
	return r;
}

int policy_add_suppressions(struct policy *policy, const char *path, struct schema_errors *errors)
{
	char *bytes = NULL;
	size_t size;
	int r = schema_file_read(path, SUPPRESSIONS_BYTES_MAX, &bytes, &size);

	if (r == 0)
		r = policy_parse_suppressions(policy, path, bytes, size, errors);
	free(bytes);
	return r;
}

/* What is known of a finding that a line can name: the culprit, or where it lies. */
static const char *name_of(const struct policy_finding *finding)
{
	const char *path = finding->culprit_module, *slash;

	if (finding->culprit && *finding->culprit)
		return finding->culprit;
	for (size_t i = 0; i < finding->frame_count && (!path || !*path); i++)
		path = finding->frames[i].module;
	if (!path || !*path)
		return NULL;
	slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* What a line cannot hold, or would be read as a key or a comment: any character stands for it. */
static void make_harmless(char *pattern, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char clean[PATTERN_BYTES_MAX];
	bool is_text = text_clean(pattern, length, clean, sizeof(clean)) == length &&
		       memcmp(pattern, clean, length) == 0;

	for (size_t i = 0; i < length; i++) {
		const char *word = pattern + i + 1, *sign = word + strspn(word, letters);
		bool is_read =
			pattern[i] == ' ' && (sign[strspn(sign, " ")] == '=' || *word == '#');

		if (is_read || (!is_text && (iscntrl((unsigned char)pattern[i]) ||
					     (unsigned char)pattern[i] >= 0x80)))
			pattern[i] = '*';
	}
}

int policy_suppression_of(const struct policy_finding *finding, char *ret_line, size_t capacity)
{
	const char *name = name_of(finding);
	char pattern[PATTERN_BYTES_MAX];
	size_t length = name ? strlen(name) : 0;
	int written;

	if (!name)
		return -ENOENT;
	if (length >= sizeof(pattern))
		return -ENOSPC;
	memcpy(pattern, name, length + 1);
	make_harmless(pattern, length);
	written = snprintf(ret_line, capacity, "%s:^%s$", finding->rule, pattern);
	return written >= 0 && (size_t)written < capacity ? 0 : -ENOSPC;
}
