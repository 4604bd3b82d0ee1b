/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files by which a gate judges: rtctrack.yaml, suppressions, a baseline, as the options name
 * them, and where these say nothing, as the first names the others. What is wrong is said here.
 */
#ifndef CLI_POLICY_FILES_H
#define CLI_POLICY_FILES_H

#include <policy/policy.h>
#include <stdbool.h>

#include "options.h"

#define POLICY_FILE "rtctrack.yaml"
#define POLICY_NONE "none"
#define POLICY_MISNAMED "rtctrack.yml" /* as many call theirs */

struct policy_files {
	struct policy *policy;
	const char *path;     /* of the policy's own file; NULL none */
	bool found;	      /* nobody named it: it lay in this folder */
	const char *baseline; /* its path; NULL none */
	struct option_texts suppressions;
};

/* Whether a baseline is asked. Where nobody is failed, the one that the policy names may not be
 * there yet: a recording is needed to write it. */
enum policy_baseline { POLICY_WITHOUT_BASELINE, POLICY_BASELINE_IF_THERE, POLICY_WITH_BASELINE };

/*
 * Fills in, too, what the options leave open and the policy says; these texts live as long as the
 * policy. 0 or -errno; ret_files is to be finished however it ends.
 */
int policy_files_open(struct options *options, enum policy_baseline with,
		      struct policy_files *ret_files);
void policy_files_finish(struct policy_files *files);

/* Another baseline than the options': as above. */
int policy_files_set_baseline(struct policy_files *files, const char *path);

#endif
