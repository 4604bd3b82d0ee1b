/* SPDX-License-Identifier: Apache-2.0 */
/* What is told when a callback is called, or its destroy notify. */
#ifndef PACK_GENERATE_CALLBACK_H
#define PACK_GENERATE_CALLBACK_H

#include <pack/pack.h>
#include <stdio.h>

/* An act and the function that it is of. */
struct act_place {
	const struct pack_function *function;
	const struct pack_act *act;
};

/* The first arm of the pack whose callback is told of as this one's is: it gives it its name. */
struct act_place generate_same_callback(const struct pack *pack, const struct pack_act *act);
struct act_place generate_same_notify(const struct pack *pack, const struct pack_act *act);

/* The first arm of the class, with a callback that is told of; act NULL: there is none. */
struct act_place generate_class_callback(const struct pack *pack, const struct pack_class *class);

/* "uv_timer_start_0" */
void generate_act_name(FILE *out, const struct act_place *place);

/* All of the pack. */
void generate_callbacks(FILE *out, const struct pack *pack);

#endif
