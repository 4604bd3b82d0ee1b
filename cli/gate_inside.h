/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate consists of: for gate*.c alone. */
#ifndef CLI_GATE_INSIDE_H
#define CLI_GATE_INSIDE_H

#include "gate.h"

#define GATE_LINE_BYTES 1024

struct gate_recording {
	struct report *all;   /* ours */
	struct report *shown; /* the caller's; NULL none */
};

struct gate {
	struct options *options; /* the caller's */
	struct policy_files files;
	struct gate_recording *recordings;
	struct policy_recording *ran; /* what ran in each of them */
	size_t recording_count;
	struct policy_finding *asked;
	struct report_finding **marked; /* of the recordings' own reports */
	size_t count;
	struct report_use *uses;
	size_t use_count;
	struct report_fixed *fixed;
	size_t fixed_count;
	uint64_t sessions; /* the most of a recording */
	struct verdict verdict;
	char line[GATE_LINE_BYTES];
	int code;
	void **owned; /* what the above points to */
	size_t owned_count;
};

/* Clean UTF-8, the gate's own; NULL without memory, and for NULL. */
const char *gate_own_text(struct gate *gate, const char *text);
/* The same: "leaks.supp:3". */
const char *gate_own_place(struct gate *gate, const char *path, unsigned line);

#endif
