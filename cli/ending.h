/* SPDX-License-Identifier: Apache-2.0 */
/* How the programs ended that a verdict is about: what of them it cannot be about. */
#ifndef CLI_ENDING_H
#define CLI_ENDING_H

#include <report/ending.h>
#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>

/* A zeroed struct is empty. */
struct endings {
	uint64_t recordings;
	uint64_t cut;		   /* of them: only what their programs did until then is judged */
	struct report_ending last; /* of the last one */
};

/* A judged trace. 0 or -errno. */
int endings_add(struct endings *endings, struct trace *trace);

/* A part of a sentence; "" if all is judged. failed: the verdict is that findings fail it. */
void endings_say(const struct endings *endings, bool failed, char ret_text[REPORT_ENDING_BYTES]);

/* By itself, or by the signal that daemons are ended by: a gate may be about its exit code. */
bool ending_is_orderly(int exit_code);

#endif
