/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <stdio.h>
#include <string.h>

#include "finding.h"
#include "word.h"

enum { SHOWN_MAX = 4 };

/* Where there is no room for one more: the place of what weighs less, if anything does. */
static size_t make_room(struct tally *tally, const struct survivor *survivor)
{
	size_t last = 0;

	for (size_t i = 1; i < tally->row_count; i++)
		if (tally->rows[i].like->kind >= tally->rows[last].like->kind)
			last = i;
	if (tally->rows[last].like->kind <= survivor->kind)
		return TALLY_MAX;
	tally->others += tally->rows[last].count;
	tally->rows[last].count = 0;
	return last;
}

void tally_add(struct tally *tally, const struct survivor *survivor)
{
	size_t i = 0;

	while (i < tally->row_count &&
	       (tally->rows[i].like->kind != survivor->kind ||
		strcmp(tally->rows[i].like->class_name, survivor->class_name) != 0))
		i++;
	if (i == TALLY_MAX)
		i = make_room(tally, survivor);
	if (i == TALLY_MAX) {
		tally->others++;
		return;
	}
	tally->rows[i].like = survivor;
	tally->rows[i].count++;
	tally->row_count += i == tally->row_count;
}

/* The kinds stand in the order in which they weigh. */
void tally_write(const struct tally *tally, char *ret_text)
{
	uint64_t others = tally->others;
	size_t shown = 0, length = 0;

	ret_text[0] = '\0';
	for (unsigned kind = 0; kind < TRACK_KIND__COUNT; kind++)
		for (size_t i = 0; i < tally->row_count; i++) {
			const struct survivor *like = tally->rows[i].like;
			uint64_t count = tally->rows[i].count;
			char noun[FINDING_NOUN_BYTES];

			if (like->kind != kind)
				continue;
			if (shown == SHOWN_MAX) {
				others += count;
				continue;
			}
			class_noun(word_kind(kind), like->class_name, count != 1, noun);
			length += (size_t)snprintf(ret_text + length, TALLY_TEXT_BYTES - length,
						   "%s%llu %s", shown++ > 0 ? ", " : "",
						   (unsigned long long)count, noun);
		}
	if (others > 0)
		snprintf(ret_text + length, TALLY_TEXT_BYTES - length, ", %llu more",
			 (unsigned long long)others);
}
