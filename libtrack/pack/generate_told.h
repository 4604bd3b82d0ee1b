/* SPDX-License-Identifier: Apache-2.0 */
/* What an act of a wrapper tells, once it is decided that it does. */
#ifndef PACK_GENERATE_TOLD_H
#define PACK_GENERATE_TOLD_H

#include "generate_act.h"

/* The N of its isN, sN and oN. */
size_t act_number(const struct wrapper *wrapper, const struct pack_act *act);

/* Where its places are looked for. */
struct scene act_scene(const struct wrapper *wrapper, const struct pack_act *act);

/* A release of what has a counter, which says whether it is the last. */
bool act_is_counted(const struct pack_act *act);

/* The statement behind "if (isN)". */
void act_put_told(const struct wrapper *wrapper, const struct pack_act *act);

/* "tell(TRACK_OP_<op>, <its kind>, sN, <arg>, NULL);" */
void act_put_tell(const struct wrapper *wrapper, const struct pack_act *act, const char *op,
		  const char *arg);

#endif
