/* SPDX-License-Identifier: Apache-2.0 */
#include "kind.h"

static const struct kind none = {0};

/* clang-format off */
static const struct kind *const kinds[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) [TRACK_KIND_##id] = &kind_##name,
#include <track/kinds.def>
#undef TRACK_KIND
	[TRACK_KIND__COUNT] = &none,
};
/* clang-format on */

const struct kind *kind_of(unsigned kind)
{
	return kinds[kind < TRACK_KIND__COUNT ? kind : TRACK_KIND__COUNT];
}
