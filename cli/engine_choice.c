/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_choice.h"

#include <errno.h>
#include <stdio.h>

#include "options.h"
#include "pack_set.h"
#include "program_tell.h"
#include "say.h"
#include "watcher.h"

static int refuse_group(void)
{
	say("add --engine probes, or both", "only probes follow the processes of a --cgroup");
	return -EINVAL;
}

/* Wrappers replace a symbol: what a pack names otherwise only probes find. */
static void tell_patterns(const struct options *options, const char *pack, enum engine engine,
			  const char *error)
{
	char hint[640];

	if (!*pack || options->quiet)
		return;
	if (engine == ENGINE_SHIM) {
		snprintf(hint, sizeof(hint), error ? "probes do not work here: %s" : "%s",
			 error ? error : "add --engine both");
		say(hint, "the patterns of pack '%s' need probes: nothing of them is followed",
		    pack);
	} else if (engine == ENGINE_BOTH && options->engine == OPTION_ENGINE_AUTO)
		say(NULL, "the patterns of pack '%s' need probes: they record beside the shim",
		    pack);
}

int engine_choice_make(const struct options *options, const struct program *program,
		       const char *folder, struct watcher *ret_watcher, enum engine *ret_engine)
{
	enum option_engine wish = options->engine;
	enum program_trouble trouble = program->trouble;
	char pack[PACK_SET_NAME_BYTES];
	bool patterns = pack_set_has_patterns(options, pack);
	const char *error = NULL;
	enum engine engine;
	int r;

	if (engine_wants_probes(wish, trouble, patterns) &&
	    engine_choose(wish, trouble, patterns, true, &engine) == 0) {
		r = watcher_create(options, folder, engine == ENGINE_BOTH, ret_watcher);
		if (r == WATCHER_TOLD)
			return r;
		error = r < 0 ? watcher_error(ret_watcher) : NULL;
	}
	r = engine_choose(wish, trouble, patterns, ret_watcher->probes, ret_engine);
	if (r < 0) {
		say(wish == OPTION_ENGINE_AUTO ? NULL : "--engine shim needs no probes",
		    "the probes engine does not work here: %s", error);
		return r;
	}
	if (options->cgroup && *ret_engine == ENGINE_SHIM)
		return refuse_group();
	program_tell(options, program, *ret_engine, error);
	tell_patterns(options, pack, *ret_engine, error);
	return 0;
}
