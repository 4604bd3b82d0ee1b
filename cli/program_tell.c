/* SPDX-License-Identifier: Apache-2.0 */
#include "program_tell.h"

#include <stdio.h>

#include "options.h"
#include "say.h"

/* Why the shim records little or nothing of the program, and what could. */
static void tell_unseen(const struct options *options, const struct program *program,
			const char *probes_error)
{
	enum program_trouble trouble = program->trouble;
	const char *other = "";
	char hint[1024];

	if (probes_error)
		other = "; or let probes in the kernel record it: ";
	else if (options->engine == OPTION_ENGINE_SHIM && program_is_seen_by_probes(trouble))
		other = "; or let probes in the kernel record it: --engine probes";
	snprintf(hint, sizeof(hint), "%s%s%s", program_trouble_remedy(trouble), other,
		 probes_error ? probes_error : "");
	say(hint, "'%s' %s: %s, so %s of it is recorded", program->path,
	    program_trouble_what(trouble), program_trouble_why(trouble),
	    program_takes_shim(trouble) ? "little" : "nothing");
}

void program_tell(const struct options *options, const struct program *program, enum engine engine,
		  const char *probes_error)
{
	enum program_trouble trouble = program->trouble;

	if (trouble == PROGRAM_FINE || options->quiet)
		return;
	if (engine == ENGINE_SHIM || !program_is_seen_by_probes(trouble))
		tell_unseen(options, program, probes_error);
	else if (options->engine == OPTION_ENGINE_AUTO)
		say(NULL, "'%s' %s, where %s: probes in the kernel record it", program->path,
		    program_trouble_what(trouble), program_trouble_why(trouble));
}
