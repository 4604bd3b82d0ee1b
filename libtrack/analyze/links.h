/* SPDX-License-Identifier: Apache-2.0 */
/* Who keeps whom alive: an owner what belongs to it, a holder what it refers to. */
#ifndef ANALYZE_LINKS_H
#define ANALYZE_LINKS_H

#include "survivors.h"

struct link {
	size_t kept, keeper;
	bool owns; /* else by a reference */
};

struct links {
	struct link *up;   /* by kept */
	struct link *down; /* by keeper */
	size_t *first_up;  /* of each survivor, and one more */
	size_t *first_down;
	size_t count;
};

int links_build(struct links *links, const struct survivors *survivors);
void links_finish(struct links *links);

#endif
