/* SPDX-License-Identifier: Apache-2.0 */
/* States of a finding: states.def. */
#ifndef ANALYZE_STATE_H
#define ANALYZE_STATE_H

/* clang-format off */
enum state {
#define STATE(id, name, fails, fails_strict) STATE_##id,
#include "states.def"
#undef STATE
	STATE__COUNT
};
/* clang-format on */

const char *state_name(enum state state);

#endif
