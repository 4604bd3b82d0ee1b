/* SPDX-License-Identifier: Apache-2.0 */
#include "option_types.h"

#include <analyze/soak.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <report/rules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>

#include "command.h"
#include "source_url.h"

static int parse_switch(const struct option_type *type, const char *text, void *field)
{
	(void)type, (void)text;
	*(bool *)field = true;
	return 0;
}

static int parse_text(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	if (!text[0])
		return -EINVAL;
	*(const char **)field = text;
	return 0;
}

/* One more of them. */
static int parse_texts(const struct option_type *type, const char *text, void *field)
{
	struct option_texts *texts = field;

	(void)type;
	if (!text[0] || texts->count == sizeof(texts->items) / sizeof(texts->items[0]))
		return -EINVAL;
	texts->items[texts->count++] = text;
	return 0;
}

/* clang-format off */
static const char *const kind_words[] = {
#define TRACK_KIND(id, name, ...) #name,
#include <track/kinds.def>
#undef TRACK_KIND
	NULL
};

static const char *const format_words[] = {
#define REPORT_FORMAT(name, ...) #name,
#include <report/formats.def>
#undef REPORT_FORMAT
	NULL
};

static const char *const diff_format_words[] = {
#define REPORT_DIFF_FORMAT(name, ...) #name,
#include <report/diff_formats.def>
#undef REPORT_DIFF_FORMAT
	NULL
};
/* clang-format on */

/* Of words that no other table has. */
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static int find_word(const struct option_type *type, const char *text, size_t *ret_index)
{
	for (size_t i = 0; type->words[i]; i++)
		if (strcmp(type->words[i], text) == 0) {
			*ret_index = i;
			return 0;
		}
	return -EINVAL;
}

static int parse_word(const struct option_type *type, const char *text, void *field)
{
	size_t index;
	int r = find_word(type, text, &index);

	if (r == 0)
		*(const char **)field = type->words[index];
	return r;
}

static int parse_format(const struct option_type *type, const char *text, void *field)
{
	size_t index;
	int r = find_word(type, text, &index);

	if (r == 0)
		*(const struct report_format **)field = &report_formats[index];
	return r;
}

static int parse_diff_format(const struct option_type *type, const char *text, void *field)
{
	size_t index;
	int r = find_word(type, text, &index);

	if (r == 0)
		*(const struct report_diff_format **)field = &report_diff_formats[index];
	return r;
}

/* An enumeration in the order of its words. */
static int parse_choice(const struct option_type *type, const char *text, void *field)
{
	size_t index;
	int r = find_word(type, text, &index);

	if (r == 0)
		*(unsigned *)field = (unsigned)index;
	return r;
}

/* Digits, then at most one of the suffixes; each suffix is worth 1024 times the one before. */
static int parse_number(const char *text, const char *suffixes, uint64_t min, uint64_t max,
			uint64_t *ret_number)
{
	char *end;
	unsigned long long number;
	unsigned shift = 0;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*end) {
		const char *suffix = strchr(suffixes, toupper((unsigned char)*end));

		if (!suffix || end[1])
			return -EINVAL;
		shift = 10 * (unsigned)(suffix - suffixes + 1);
	}
	if (errno || number > max >> shift || number << shift < min)
		return -EINVAL;
	*ret_number = number << shift;
	return 0;
}

static int parse_u32(const char *text, uint32_t min, uint32_t max, void *field)
{
	uint64_t number;
	int r = parse_number(text, "", min, max, &number);

	if (r == 0)
		*(uint32_t *)field = (uint32_t)number;
	return r;
}

static int parse_exit_code(const struct option_type *type, const char *text, void *field)
{
	uint32_t code;
	int r = parse_u32(text, 1, 125, &code);

	(void)type;
	if (r == 0 && (code == EXIT_TOOL || code == EXIT_NO_VERDICT || code == EXIT_TIMEOUT))
		r = -EINVAL;
	if (r == 0)
		*(uint32_t *)field = code;
	return r;
}

static int parse_count(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_u32(text, 1, UINT32_MAX, field);
}

static int parse_sessions(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_u32(text, SOAK_SESSIONS_LEAST, UINT32_MAX, field);
}

static int parse_pid(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_u32(text, 1, INT32_MAX, field);
}

static int parse_port(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_u32(text, 0, UINT16_MAX, field);
}

static int parse_depth(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_u32(text, 0, TRACK_STACK_DEPTH_MAX, field);
}

static int parse_cap(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_number(text, "KMG", TRACK_SEGMENT_BYTES,
			    (uint64_t)TRACK_SEGMENTS_MAX * TRACK_SEGMENT_BYTES, field);
}

static int parse_ring(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_number(text, "KMG", 1ull << 20, 1ull << 30, field);
}

static int parse_size(const struct option_type *type, const char *text, void *field)
{
	(void)type;
	return parse_number(text, "KMGT", 0, 1ull << 50, field);
}

static int parse_seconds(const struct option_type *type, const char *text, void *field)
{
	char *end;
	double seconds;

	(void)type;
	if (!isdigit((unsigned char)text[0]) && text[0] != '.')
		return -EINVAL;
	seconds = strtod(text, &end);
	if (*end || !isfinite(seconds) || seconds < 0.001 || seconds > 1e8)
		return -EINVAL;
	*(uint64_t *)field = (uint64_t)(seconds * 1e9);
	return 0;
}

static int parse_grace(const struct option_type *type, const char *text, void *field)
{
	if (strspn(text, "0.") == strlen(text) && strchr(text, '0')) {
		*(uint64_t *)field = 0;
		return 0;
	}
	return parse_seconds(type, text, field);
}

static int parse_source_url(const struct option_type *type, const char *text, void *field)
{
	return source_url_is_usable(text) ? parse_text(type, text, field) : -EINVAL;
}

/* A number counts from the start of the run. */
static int parse_when(const struct option_type *type, const char *text, void *field)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end != text && (!*end || strcmp(end, "s") == 0) && seconds < 0)
		return -EINVAL;
	return parse_text(type, text, field);
}

static int parse_age(const struct option_type *type, const char *text, void *field)
{
	static const struct {
		char suffix;
		uint64_t seconds;
	} units[] = {{0, 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	char *end;
	unsigned long long number;

	(void)type;
	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || number > 1000000000 || (*end && end[1]))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].suffix == *end && number <= 10000000000ull / units[i].seconds) {
			*(uint64_t *)field = number * units[i].seconds * 1000000000ull;
			return 0;
		}
	return -EINVAL;
}

/* clang-format off */
#define OPTION_TYPE(name, member_type, parser, completion_, expects_, words_) \
	const struct option_type option_##name = { \
		.parse = parse_##parser, .completion = COMPLETION_##completion_, \
		.expects = expects_, .words = words_ };
#include "option_types.def"
#undef OPTION_TYPE
/* clang-format on */

/* Appends, as far as there is room. */
static void add(char *text, size_t capacity, const char *before, const char *what)
{
	size_t used = strlen(text);

	snprintf(text + used, capacity - used, "%s%s", before, what);
}

/* "a, b or c" */
static const char *before_word(const char *const *words, size_t index)
{
	if (index == 0)
		return "";
	return words[index + 1] ? ", " : " or ";
}

const char *option_expects(const struct option_type *type, char *ret_text, size_t capacity)
{
	ret_text[0] = 0;
	if (type->expects)
		add(ret_text, capacity, "", type->expects);
	for (size_t i = 0; type->words && type->words[i]; i++)
		add(ret_text, capacity, type->expects ? " " : before_word(type->words, i),
		    type->words[i]);
	return ret_text;
}

const char *option_choices(const struct option_type *type, char *ret_text, size_t capacity)
{
	ret_text[0] = 0;
	for (size_t i = 0; type->words[i]; i++) {
		add(ret_text, capacity, before_word(type->words, i), type->words[i]);
		if (i == 0)
			add(ret_text, capacity, " ", "(default)");
	}
	return ret_text;
}

bool option_texts_have(const struct option_texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->items[i], text) == 0)
			return true;
	return false;
}
