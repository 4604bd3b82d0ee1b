/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What probes can follow of a pack. A wrapper may call the library's other functions and give it
 * functions of ours; a probe looks at what passes. What it cannot do is left out whole: a class of
 * which one end is unseen is not followed, since what lives on of it would be a guess; nor is what
 * belongs to such a one, which may end it.
 */
#ifndef PACK_PROBING_H
#define PACK_PROBING_H

#include <pack/pack.h>
#include <stdbool.h>

/* clang-format off */
enum pack_unprobed {
	PACK_UNPROBED_NOT, /* it can be followed */
#define PACK_UNPROBED(id, why) PACK_UNPROBED_##id,
#include <pack/unprobed.def>
#undef PACK_UNPROBED
	PACK_UNPROBED__COUNT
};
/* clang-format on */

/* A half sentence; "" if it can be followed. */
const char *pack_unprobed_text(enum pack_unprobed why);

enum pack_unprobed pack_class_unprobed(const struct pack *pack, const struct pack_class *of_class);

enum pack_unprobed pack_act_unprobed(const struct pack *pack, const struct pack_act *act);

/* Whether without this act a thing of its class would seem to live on, or to be nobody's. */
bool pack_act_is_end(const struct pack_act *act);

/*
 * The function whose acts a row has: itself, or that which it is the same as. NULL: the pack has
 * none of that name.
 */
const struct pack_function *pack_function_told(const struct pack *pack,
					       const struct pack_function *function);

/* Whether anything of its acts can be followed. */
bool pack_function_is_probed(const struct pack *pack, const struct pack_function *function);

#endif
