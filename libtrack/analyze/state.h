/* SPDX-License-Identifier: Apache-2.0 */
/* States of a finding, made from finding_states.def. */
#ifndef ANALYZE_STATE_H
#define ANALYZE_STATE_H

/* clang-format off */
enum state {
#define TRACK_FINDING_STATE(id, name, fails, text) STATE_##id,
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
	STATE__COUNT
};
/* clang-format on */

const char *state_name(enum state state);

#endif
