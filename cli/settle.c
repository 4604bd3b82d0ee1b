/* SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"

#include <analyze/analyze.h>

#include "options.h"
#include "output.h"
#include "say.h"

static bool is_given(uint64_t time_ns)
{
	return time_ns != ROAD_TIME_UNSET;
}

static uint64_t grace_ns(const struct options *options)
{
	return is_given(options->grace_ns) ? options->grace_ns : ANALYZE_GRACE_NS;
}

uint64_t settle_most_ns(const struct options *options)
{
	if (is_given(options->settle_ns))
		return options->settle_ns;
	return options->gate ? grace_ns(options) : 0;
}

void settle_say_unheld(const struct options *options, enum engine engine)
{
	bool asked = is_given(options->settle_ns) && options->settle_ns != 0;

	if (asked && engine == ENGINE_PROBES && output_speaks(options))
		say(NULL, "the program's end is not held back: probes cannot do that (--settle "
			  "needs the preloaded library)");
}

bool settle_is_short(const struct options *options)
{
	return options->gate && options->settle_ns != 0 &&
	       settle_most_ns(options) < grace_ns(options);
}

void settle_say_short(const struct options *options)
{
	if (settle_is_short(options) && output_speaks(options))
		say("let both be the same, or leave --settle out, also in rtctrack.yaml",
		    "--settle %g is shorter than the grace time, %g s: what the program leaves at "
		    "its end stays undecided, and passes",
		    (double)settle_most_ns(options) / 1e9, (double)grace_ns(options) / 1e9);
}
