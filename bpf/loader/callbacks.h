/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that are given to a library, to be called: each is probed where it is, once it was seen
 * to be registered. So what was registered before is not told of: its calls may have passed by.
 */
#ifndef PROBES_CALLBACKS_H
#define PROBES_CALLBACKS_H

#include <base/u64map.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binaries.h"
#include "told.h"

struct traced;

/* How calls of what some arms register are told: those that say it alike have one. */
struct callback_how {
	const struct pack_act *arm;
};

struct callbacks {
	struct binaries *binaries;
	struct callback_how *hows;
	size_t how_count;
	struct u64map by_place; /* of file and offset -> struct registered, owned */
};

/* Numbers the arms of a row: struct row_act's registered. 0 or -ENOMEM. */
int callbacks_add_row(struct callbacks *callbacks, struct row *row);

/* All links go. */
void callbacks_finish(struct callbacks *callbacks);

/* Were its calls seen at that time? If not, they are from now on, where that can be. */
bool callbacks_follow(struct callbacks *callbacks, struct traced *traced, struct told *told,
		      int how, uint64_t function, uint64_t time_ns);

/* It is called, or has returned. */
void callbacks_enter(struct callbacks *callbacks, const struct registered *registered,
		     struct traced *traced, const struct told *told,
		     const struct probe_function *event);
void callbacks_return(struct callbacks *callbacks, const struct registered *registered,
		      struct traced *traced, const struct told *told,
		      const struct probe_function *event);

#endif
