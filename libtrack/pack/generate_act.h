/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One act in a wrapper. Of act N the wrapper has: isN (it is to be told), sN (its subject) and, if
 * its op speaks of another thing, oN.
 */
#ifndef PACK_GENERATE_ACT_H
#define PACK_GENERATE_ACT_H

#include <pack/pack.h>
#include <stdio.h>

#include "generate_place.h"

struct wrapper {
	FILE *out;
	const struct pack *pack;
	const struct pack_function *function;
};

/* Is there something to be done for it behind the call? */
bool act_has_rest(const struct wrapper *wrapper, const struct pack_act *act);

/* Must the wrapper know whether the call succeeded? */
bool act_needs_success(const struct wrapper *wrapper, const struct pack_act *act);

/* Which arguments are replaced by functions of ours: a bit each. */
uint32_t act_replaces(const struct wrapper *wrapper, const struct pack_act *act);

void act_put_before(const struct wrapper *wrapper, const struct pack_act *act);
void act_put_after(const struct wrapper *wrapper, const struct pack_act *act);

#endif
