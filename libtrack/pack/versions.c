/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/versions.h>

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PARTS_MAX 6
#define PART_MAX 1000000000u

struct version {
	uint32_t parts[PARTS_MAX];
};

/* How two versions compare: a bit for each outcome that a range allows. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static const struct {
	const char *text;
	unsigned allows;
} comparisons[] = {
	{">=", GREATER | EQUAL}, {"<=", LESS | EQUAL}, {"==", EQUAL}, {">", GREATER}, {"<", LESS},
};

/* Moves *at behind it. */
static bool read_version(const char **at, struct version *ret_version)
{
	struct version version = {.parts = {0}};
	size_t count = 0;

	for (;; (*at)++) {
		uint32_t *part = &version.parts[count];

		if (count++ == PARTS_MAX || !isdigit((unsigned char)**at))
			return false;
		for (; isdigit((unsigned char)**at); (*at)++) {
			*part = *part * 10 + (uint32_t)(**at - '0');
			if (*part > PART_MAX / 10)
				return false;
		}
		if (**at != '.')
			break;
	}
	*ret_version = version;
	return true;
}

static unsigned compare(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < PARTS_MAX; i++)
		if (a->parts[i] != b->parts[i])
			return a->parts[i] < b->parts[i] ? LESS : GREATER;
	return EQUAL;
}

static bool read_comparison(const char **at, unsigned *ret_allows)
{
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		size_t length = strlen(comparisons[i].text);

		if (strncmp(*at, comparisons[i].text, length) == 0) {
			*at += length;
			*ret_allows = comparisons[i].allows;
			return true;
		}
	}
	return false;
}

/* Each range in turn; version NULL: only whether they can be read. */
static bool walk(const char *ranges, const struct version *version)
{
	const char *at = ranges + strspn(ranges, " ");
	struct version bound;
	unsigned allows;

	if (!*at)
		return false;
	while (*at) {
		if (!read_comparison(&at, &allows) || !read_version(&at, &bound))
			return false;
		if (*at && *at != ' ')
			return false;
		if (version && !(compare(version, &bound) & allows))
			return false;
		at += strspn(at, " ");
	}
	return true;
}

bool pack_versions_are_valid(const char *ranges)
{
	return walk(ranges, NULL);
}

bool pack_versions_match(const char *ranges, const char *version)
{
	struct version read;

	return read_version(&version, &read) && !*version && walk(ranges, &read);
}
