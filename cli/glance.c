/* SPDX-License-Identifier: Apache-2.0 */
#include "glance.h"

#include <probes/probes.h>
#include <string.h>
#include <track/wire.h>

#include "options.h"
#include "say.h"

static int make_folder(const struct options *options, struct run_folder *ret_folder)
{
	char base[PATH_MAX];
	int r = run_folder_base(options->spool_dir, true, base);

	if (r == 0)
		r = run_folder_create(base, ret_folder);
	if (r < 0)
		say("choose another with --spool-dir", "cannot make a folder in '%s': %s", base,
		    strerror(-r));
	return r;
}

static int look(const struct probes_options *wanted, int32_t pid)
{
	struct probes *probes = NULL;
	int r = probes_create(wanted, &probes);

	if (r == 0)
		r = probes_attach(probes, pid);
	if (r == 0)
		r = probes_look(probes);
	if (r == 0)
		r = probes_finish(probes);
	if (r < 0) {
		say("probes need privilege, as root has it; or start the program with 'rtctrack "
		    "run'",
		    "process %d is not recorded, and cannot be looked at by probes: %s", (int)pid,
		    probes_error(probes));
	}
	probes_destroy(probes);
	return r;
}

int glance_take(const struct options *options, int32_t pid, struct run_folder *ret_folder)
{
	struct run_folder folder = {.lock_fd = -1};
	struct probes_options wanted = {
		.folder = folder.path,
		.cap_bytes = TRACK_CAP_BYTES_DEFAULT,
		.stack_depth = TRACK_STACK_DEPTH_DEFAULT,
		.look_only = true,
	};
	int r = make_folder(options, &folder);

	if (r < 0)
		return r;
	r = run_folder_limit(&folder, TRACK_CAP_BYTES_DEFAULT, 0);
	if (r == 0)
		r = look(&wanted, pid);
	if (r < 0)
		run_folder_remove(&folder);
	else
		*ret_folder = folder;
	return r;
}
