/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <report/diff.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const char *const report_change_names[REPORT_CHANGE__COUNT] = {
#define REPORT_CHANGE(id, name) [REPORT_CHANGE_##id] = name,
#include <report/changes.def>
#undef REPORT_CHANGE
};

const struct report_diff_format report_diff_formats[] = {
#define REPORT_DIFF_FORMAT(name_, text) { .name = #name_, .write = report_diff_##name_ },
#include <report/diff_formats.def>
#undef REPORT_DIFF_FORMAT
	{ .name = NULL },
};
/* clang-format on */

/* An item, and where it was given. */
struct place {
	struct report_diff_item item;
	size_t index;
};

static int by_index(const struct place *a, const struct place *b)
{
	return (a->index > b->index) - (a->index < b->index);
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int order = strcmp(one->item.fingerprint, other->item.fingerprint);

	if (!order)
		order = one->item.only_strict - other->item.only_strict;
	return order ? order : by_index(one, other);
}

static int by_change(const void *a, const void *b)
{
	const struct place *one = a, *other = b;
	int order = one->item.only_strict - other->item.only_strict;

	if (!order)
		order = (int)one->item.change - (int)other->item.change;
	return order ? order : by_index(one, other);
}

static enum report_change change_of(const struct report_diff *diff,
				    const struct report_diff_item *item)
{
	if (item->worse)
		return REPORT_CHANGE_MORE;
	if (item->before == item->now)
		return REPORT_CHANGE_UNCHANGED;
	if (item->now > item->before)
		return item->before ? REPORT_CHANGE_MORE : REPORT_CHANGE_NEW;
	if (!diff->now_complete)
		return REPORT_CHANGE_UNSEEN;
	return item->now ? REPORT_CHANGE_FEWER : REPORT_CHANGE_FIXED;
}

static bool are_same(const struct report_diff_item *one, const struct report_diff_item *other)
{
	return one->only_strict == other->only_strict &&
	       strcmp(one->fingerprint, other->fingerprint) == 0;
}

/* Neighbours that are the same become the first of them. Returns how many are left. */
static size_t unite(struct place *places, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct report_diff_item *last = kept ? &places[kept - 1].item : NULL;

		if (last && are_same(last, &places[i].item)) {
			last->before += places[i].item.before;
			last->now += places[i].item.now;
			last->worse |= places[i].item.worse;
		} else {
			places[kept++] = places[i];
		}
	}
	return kept;
}

int report_diff_make(struct report_diff_item *items, size_t count, struct report_diff *diff)
{
	struct place *places = calloc(count + 1, sizeof(*places));

	if (!places)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){.item = items[i], .index = i};
	qsort(places, count, sizeof(*places), by_fingerprint);
	count = unite(places, count);
	for (size_t i = 0; i < count; i++)
		places[i].item.change = change_of(diff, &places[i].item);
	qsort(places, count, sizeof(*places), by_change);
	memset(diff->counts, 0, sizeof(diff->counts));
	memset(diff->strict_counts, 0, sizeof(diff->strict_counts));
	for (size_t i = 0; i < count; i++) {
		items[i] = places[i].item;
		(items[i].only_strict ? diff->strict_counts : diff->counts)[items[i].change]++;
	}
	diff->items = items;
	diff->count = count;
	free(places);
	return 0;
}

bool report_diff_is_worse(const struct report_diff *diff)
{
	return diff->counts[REPORT_CHANGE_NEW] || diff->counts[REPORT_CHANGE_MORE];
}
