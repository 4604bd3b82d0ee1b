/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate of a command: findings of all its recordings, unfiltered, judged once by one policy.
 * What is shown of them, and how, is marked with what it says.
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include <policy/policy.h>
#include <report/report.h>
#include <store/trace.h>

#include "options.h"
#include "policy_files.h"
#include "verdict.h"

struct gate;

/*
 * Reads the files of its policy, and completes the options, which must outlive it, as they say.
 * 0, or -errno: that was said.
 */
int gate_open(struct options *options, enum policy_baseline with, struct gate **ret_gate);
void gate_close(struct gate *gate);

struct policy_files *gate_files(struct gate *gate);

/*
 * Takes a judged recording into account. ret_report, if not NULL: what the options show of it,
 * which the caller keeps until the gate is closed. Errors as report_read.
 */
int gate_add(struct gate *gate, struct trace *trace, const char *trace_path, uint64_t now_ns,
	     struct report **ret_report);

/* So many recordings cannot be read: no evidence, so no pass. */
void gate_miss(struct gate *gate, size_t count);

/* Once, when all are added: judges, and marks the reports. 0 or -ENOMEM. */
int gate_judge(struct gate *gate);

/* Then: the exit code of `check`, and its line. */
int gate_code(const struct gate *gate);
const char *gate_line(const struct gate *gate);
const struct verdict *gate_verdict(const struct gate *gate);

/* And each finding, of which both arrays have count; marked. */
struct gate_findings {
	const struct policy_finding *asked;
	const struct report_finding *const *marked;
	size_t count;
};
struct gate_findings gate_findings(const struct gate *gate);

#endif
