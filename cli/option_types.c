/* SPDX-License-Identifier: Apache-2.0 */
#include "option_types.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>

static int parse_switch(const char *text, void *field)
{
	(void)text;
	*(bool *)field = true;
	return 0;
}

static int parse_text(const char *text, void *field)
{
	if (!text[0])
		return -EINVAL;
	*(const char **)field = text;
	return 0;
}

static int parse_name(const char *text, const char *const *names, void *field)
{
	for (; *names; names++)
		if (strcmp(*names, text) == 0) {
			*(const char **)field = *names;
			return 0;
		}
	return -EINVAL;
}

static const char *const format_names[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", NULL};
static const char *const color_names[] = {
	[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL};
static const char *const shell_names[] = {"bash", "zsh", NULL};

/* clang-format off */
static const char *const kind_names[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) #name,
#include <track/kinds.def>
#undef TRACK_KIND
	NULL
};

static const char *const rule_names[] = {
#define TRACK_RULE(id, name, text, judge) name,
#include <track/rules.def>
#undef TRACK_RULE
	NULL
};

static const char kind_expects[] = "one of the kinds"
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) " " #name
#include <track/kinds.def>
#undef TRACK_KIND
	;

static const char rule_expects[] = "one of the rules"
#define TRACK_RULE(id, name, text, judge) " " name
#include <track/rules.def>
#undef TRACK_RULE
	;
/* clang-format on */

static int parse_kind(const char *text, void *field)
{
	return parse_name(text, kind_names, field);
}

static int parse_rule(const char *text, void *field)
{
	return parse_name(text, rule_names, field);
}

static int parse_shell(const char *text, void *field)
{
	return parse_name(text, shell_names, field);
}

/* The names stand in the order of the enumeration. */
static int parse_choice(const char *text, const char *const *names, int *ret_choice)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0) {
			*ret_choice = i;
			return 0;
		}
	return -EINVAL;
}

static int parse_format(const char *text, void *field)
{
	int choice, r = parse_choice(text, format_names, &choice);

	if (r == 0)
		*(enum option_format *)field = (enum option_format)choice;
	return r;
}

static int parse_color(const char *text, void *field)
{
	int choice, r = parse_choice(text, color_names, &choice);

	if (r == 0)
		*(enum option_color *)field = (enum option_color)choice;
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

static int parse_count(const char *text, void *field)
{
	return parse_u32(text, 1, UINT32_MAX, field);
}

static int parse_pid(const char *text, void *field)
{
	return parse_u32(text, 1, INT32_MAX, field);
}

static int parse_depth(const char *text, void *field)
{
	return parse_u32(text, 0, TRACK_STACK_DEPTH_MAX, field);
}

static int parse_cap(const char *text, void *field)
{
	return parse_number(text, "KMG", TRACK_SEGMENT_BYTES,
			    (uint64_t)TRACK_SEGMENTS_MAX * TRACK_SEGMENT_BYTES, field);
}

static int parse_size(const char *text, void *field)
{
	return parse_number(text, "KMGT", 0, 1ull << 50, field);
}

static int parse_seconds(const char *text, void *field)
{
	char *end;
	double seconds;

	if (!isdigit((unsigned char)text[0]) && text[0] != '.')
		return -EINVAL;
	seconds = strtod(text, &end);
	if (*end || !isfinite(seconds) || seconds < 0.001 || seconds > 1e8)
		return -EINVAL;
	*(uint64_t *)field = (uint64_t)(seconds * 1e9);
	return 0;
}

static int parse_grace(const char *text, void *field)
{
	if (strspn(text, "0.") == strlen(text) && strchr(text, '0')) {
		*(uint64_t *)field = 0;
		return 0;
	}
	return parse_seconds(text, field);
}

/* A number counts from the start of the run. */
static int parse_when(const char *text, void *field)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end != text && (!*end || strcmp(end, "s") == 0) && seconds < 0)
		return -EINVAL;
	return parse_text(text, field);
}

static int parse_age(const char *text, void *field)
{
	static const struct {
		char suffix;
		uint64_t seconds;
	} units[] = {{0, 1}, {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	char *end;
	unsigned long long number;

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
const struct option_type option_switch  = { parse_switch,  NULL };
const struct option_type option_text    = { parse_text,    "a path" };
const struct option_type option_kind    = { parse_kind,    kind_expects };
const struct option_type option_rule    = { parse_rule,    rule_expects };
const struct option_type option_format  = { parse_format,  "text or json" };
const struct option_type option_color   = { parse_color,   "auto, always or never" };
const struct option_type option_count   = { parse_count,   "a number from 1" };
const struct option_type option_pid     = { parse_pid,     "a process id" };
const struct option_type option_depth   = { parse_depth,   "a number of frames, 0 to 128" };
const struct option_type option_cap     = { parse_cap,     "a size from 64K to 1G, such as 256M" };
const struct option_type option_size    = { parse_size,    "a size such as 64M, or 0" };
const struct option_type option_seconds = { parse_seconds, "a time in seconds, such as 2.5" };
const struct option_type option_grace   = { parse_grace,   "a time in seconds, such as 2.5, or 0" };
const struct option_type option_pattern = { parse_text,    "a name, in which * stands for anything" };
const struct option_type option_when    = { parse_when,    "a number of seconds from 0, or the text of a mark" };
const struct option_type option_age     = { parse_age,     "a time such as 90s, 30m, 12h or 7d" };
const struct option_type option_shell   = { parse_shell,   "bash or zsh" };
/* clang-format on */

const char *const *option_words(const struct option_type *type)
{
	const struct {
		const struct option_type *type;
		const char *const *words;
	} lists[] = {
		{&option_kind, kind_names},	{&option_rule, rule_names},
		{&option_format, format_names}, {&option_color, color_names},
		{&option_shell, shell_names},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (lists[i].type == type)
			return lists[i].words;
	return NULL;
}
