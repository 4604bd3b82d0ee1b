/* SPDX-License-Identifier: Apache-2.0 */
/* States of a finding. */
#ifndef ANALYZE_STATE_H
#define ANALYZE_STATE_H

enum state {
	STATE_BROKEN, /* the most severe first */
	STATE_GROWING,
	STATE_AT_EXIT,
	STATE__COUNT
};

const char *state_name(enum state state);

#endif
