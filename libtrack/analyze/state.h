/* SPDX-License-Identifier: Apache-2.0 */
/* States of a finding. */
#ifndef ANALYZE_STATE_H
#define ANALYZE_STATE_H

enum state {
	STATE_BROKEN,	/* an act; the most severe first */
	STATE_LEAKED,	/* what it belongs to closed at least the grace time ago, and it is alive */
	STATE_GROWING,	/* more alive at every mark */
	STATE_UNCLOSED, /* a scope that must be closed was open at a normal exit */
	STATE_SUSPECT,	/* outlived the scope inside of whose call it was made */
	STATE_RECHECK,	/* the program ended inside the grace time */
	STATE_AT_EXIT,	/* alive at the end, and nobody's child */
	STATE_LATE,	/* ended, but after the grace time */
	STATE__COUNT
};

const char *state_name(enum state state);

#endif
