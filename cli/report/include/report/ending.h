/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a recorded program ended, and with it what could not be seen: who is killed closes nothing,
 * and nobody looks at what is left.
 */
#ifndef REPORT_ENDING_H
#define REPORT_ENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>

enum report_end {
	REPORT_END_IN_ORDER,
	REPORT_END_AT_ONCE, /* it exited, and its exit functions did not run: _exit */
	REPORT_END_SIGNAL,
	REPORT_END_UNKNOWN, /* killed or crashed */
	REPORT_END_RUNNING, /* not at all */
};

struct report_ending {
	enum report_end end;
	int signal;
	uint64_t lasted_ns;
	double timeout_s; /* --timeout ended it; 0: it did not */
	bool no_memory;	  /* SIGKILL, when the kernel killed for want of memory */
	uint64_t others;  /* processes that it had started, and that were killed or crashed */
};

/* Of a judged trace. 0 or -errno. */
int report_ending_read(struct trace *trace, struct report_ending *ret_ending);

/* Only what was done until then is judged. */
bool report_ending_cuts(const struct report_ending *ending);

/*
 * What a verdict says of it, a part of a sentence; "" where there is nothing to say. failed: by
 * findings.
 */
#define REPORT_ENDING_BYTES 400
void report_ending_say(const struct report_ending *ending, bool failed,
		       char ret_text[REPORT_ENDING_BYTES]);

#endif
