/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <errno.h>

bool engine_wants_probes(enum option_engine wish, enum program_trouble trouble, bool patterns)
{
	switch (wish) {
	case OPTION_ENGINE_AUTO:
		return trouble == PROGRAM_FINE ? patterns : program_is_seen_by_probes(trouble);
	case OPTION_ENGINE_SHIM:
		return false;
	case OPTION_ENGINE_PROBES:
	case OPTION_ENGINE_BOTH:
		return true;
	}
	return false;
}

int engine_choose(enum option_engine wish, enum program_trouble trouble, bool patterns,
		  bool probes_work, enum engine *ret_engine)
{
	if (!engine_wants_probes(wish, trouble, patterns) ||
	    (wish == OPTION_ENGINE_AUTO && !probes_work)) {
		*ret_engine = ENGINE_SHIM;
		return 0;
	}
	if (!probes_work)
		return -EOPNOTSUPP;
	/* Beside a shim that is not there, or that most passes by, probes see more alone. */
	*ret_engine = wish != OPTION_ENGINE_PROBES && trouble == PROGRAM_FINE ? ENGINE_BOTH
									      : ENGINE_PROBES;
	return 0;
}

const char *engine_name(enum engine engine)
{
	switch (engine) {
	case ENGINE_SHIM:
		return "shim";
	case ENGINE_PROBES:
		return "probes";
	case ENGINE_BOTH:
		return "both";
	}
	return "";
}
