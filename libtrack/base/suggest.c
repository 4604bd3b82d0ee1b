/* SPDX-License-Identifier: Apache-2.0 */
#include <base/suggest.h>

#include <stddef.h>
#include <string.h>

#define NAME_MAX_LENGTH 31

static unsigned min2(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, with a swap of two neighbours as one step. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[NAME_MAX_LENGTH + 1][NAME_MAX_LENGTH + 1];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
		return NAME_MAX_LENGTH;
	for (size_t i = 0; i <= a_length; i++)
		for (size_t j = 0; j <= b_length; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = (unsigned)(i + j);
				continue;
			}
			unsigned least = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			least = min2(least, rows[i - 1][j] + 1);
			least = min2(least, rows[i][j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				least = min2(least, rows[i - 2][j - 2] + 1);
			rows[i][j] = least;
		}
	return rows[a_length][b_length];
}

struct suggestion suggestion_start(const char *typed)
{
	unsigned reach = (unsigned)min2(3, (unsigned)strlen(typed) / 2);

	return (struct suggestion){.typed = typed, .distance = reach + 1};
}

void suggestion_offer(struct suggestion *best, const char *name)
{
	unsigned steps = distance(best->typed, name);

	/* A beginning is what people type from memory. */
	if (strlen(best->typed) >= 2 && strncmp(best->typed, name, strlen(best->typed)) == 0)
		steps = 0;
	if (steps < best->distance) {
		best->distance = steps;
		best->name = name;
	}
}
