/* SPDX-License-Identifier: Apache-2.0 */
/* The line on a terminal that says how a recording goes. Nothing where stderr is none. */
#ifndef CLI_STATUS_LINE_H
#define CLI_STATUS_LINE_H

#include <analyze/analyze.h>
#include <stdbool.h>
#include <stdint.h>

struct status_line {
	bool wanted;
	bool shown;
	uint64_t start_ns;
	uint64_t next_ns;
};

struct status_line status_line_start(bool quiet);

/* Rewrites it, at most four times a second. Times: CLOCK_MONOTONIC. */
void status_line_update(struct status_line *line, uint64_t now_ns,
			const struct lifetimes_status *status);
void status_line_erase(struct status_line *line);

/* The text without terminal codes; returns its length. */
int status_line_format(double seconds, const struct lifetimes_status *status, char *ret_text,
		       size_t capacity);

#endif
