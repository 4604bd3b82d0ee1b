/* SPDX-License-Identifier: Apache-2.0 */
#include "tables.h"
#include "spool.h"
#include "writer.h"

#include <string.h>

#define PAGE 4096u
#define STANDINGS_MAX 16384u
#define STANDINGS_PER_PAGE (PAGE / sizeof(struct track_standing))
#define STANDINGS_CONFINED 64u /* made ready before a seccomp filter is set up */
#define WAKER_GROUPS 64u
#define ORDER_GROUPS 32u
#define SMALL_STANDINGS 256u /* where there is little room, with one group of the others */
#define SHARE 8		     /* of the room, at most */

_Static_assert(TABLES_WAKER_GROUP * sizeof(struct track_waker) % PAGE == 0, "whole pages");
_Static_assert(TABLES_ORDER_GROUP * sizeof(struct track_lock_order) % PAGE == 0, "whole pages");
_Static_assert(WAKER_GROUPS <= 64 && ORDER_GROUPS <= 64, "a bit for each");

static struct {
	struct track_standing *standings;
	struct track_waker *wakers;
	struct track_lock_order *orders;
	uint32_t standing_count, waker_groups, order_groups;
	/* Pages and groups that were made ready. */
	uint64_t standing_pages[STANDINGS_MAX / STANDINGS_PER_PAGE / 64];
	uint64_t wakers_ready, orders_ready;
} tables;

static struct tables_layout layout_of(uint32_t standings, uint32_t waker_groups,
				      uint32_t order_groups)
{
	struct tables_layout l = {.standing_count = standings,
				  .waker_count = waker_groups * TABLES_WAKER_GROUP,
				  .order_count = order_groups * TABLES_ORDER_GROUP};
	l.bytes = l.standing_count * sizeof(struct track_standing) +
		  l.waker_count * sizeof(struct track_waker) +
		  l.order_count * sizeof(struct track_lock_order);
	return l;
}

struct tables_layout tables_choose(uint64_t room_bytes, uint32_t threads)
{
	uint32_t all = threads < STANDINGS_MAX ? threads & ~63u : STANDINGS_MAX;
	struct tables_layout full = layout_of(all, WAKER_GROUPS, ORDER_GROUPS);
	struct tables_layout small = layout_of(all < SMALL_STANDINGS ? all : SMALL_STANDINGS, 1, 1);
	if (full.bytes <= room_bytes / SHARE)
		return full;
	return small.bytes <= room_bytes / SHARE ? small : (struct tables_layout){0};
}

void tables_tell(struct track_spool *header, const struct tables_layout *layout, uint64_t offset)
{
	if (!layout->bytes)
		return;
	header->standings_offset = offset;
	header->wakers_offset = offset + layout->standing_count * sizeof(struct track_standing);
	header->orders_offset =
		header->wakers_offset + layout->waker_count * sizeof(struct track_waker);
	header->standing_count = layout->standing_count;
	header->waker_count = layout->waker_count;
	header->order_count = layout->order_count;
}

void tables_use(struct track_spool *header)
{
	char *start = (char *)header;
	memset(&tables, 0, sizeof(tables));
	tables.standings = (void *)(start + header->standings_offset);
	tables.wakers = (void *)(start + header->wakers_offset);
	tables.orders = (void *)(start + header->orders_offset);
	tables.standing_count = header->standing_count;
	tables.waker_groups = header->waker_count / TABLES_WAKER_GROUP;
	tables.order_groups = header->order_count / TABLES_ORDER_GROUP;
}

/* Whether the part that a bit stands for is ready; make: or is now. */
static bool is_ready(uint64_t *word, uint32_t bit, void *start, size_t bytes, bool make)
{
	if (likely(__atomic_load_n(word, __ATOMIC_ACQUIRE) >> bit & 1))
		return true;
	if (!make || writers_confined() || spool_make_ready(start, bytes))
		return false;
	__atomic_fetch_or(word, 1ull << bit, __ATOMIC_RELEASE);
	return true;
}

struct track_standing *tables_standing(uint32_t index)
{
	if (index >= tables.standing_count)
		return NULL;
	uint32_t page = index / STANDINGS_PER_PAGE;
	return is_ready(&tables.standing_pages[page / 64], page % 64,
			&tables.standings[page * STANDINGS_PER_PAGE], PAGE, true)
		       ? &tables.standings[index]
		       : NULL;
}

void tables_make_room(void)
{
	for (uint32_t i = 0; i < STANDINGS_CONFINED; i += STANDINGS_PER_PAGE)
		tables_standing(i);
}

struct track_waker *tables_wakers(uint64_t hash, bool make)
{
	if (!tables.waker_groups)
		return NULL;
	uint32_t group = (uint32_t)(hash % tables.waker_groups);
	struct track_waker *wakers = &tables.wakers[group * TABLES_WAKER_GROUP];
	return is_ready(&tables.wakers_ready, group, wakers, TABLES_WAKER_GROUP * sizeof(*wakers),
			make)
		       ? wakers
		       : NULL;
}

struct track_lock_order *tables_orders(uint64_t hash, bool make)
{
	if (!tables.order_groups)
		return NULL;
	uint32_t group = (uint32_t)(hash % tables.order_groups);
	struct track_lock_order *orders = &tables.orders[group * TABLES_ORDER_GROUP];
	return is_ready(&tables.orders_ready, group, orders, TABLES_ORDER_GROUP * sizeof(*orders),
			make)
		       ? orders
		       : NULL;
}
