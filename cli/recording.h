/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program under rtctrack, or processes that it came to, until the judged trace: what commands
 * share that record. What goes wrong is said here.
 */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct child;
struct options;
struct recording;
struct road;
struct run_folder;

/*
 * Of the program that the operands name, of which there must be one; options must outlive it. Makes
 * nothing yet. EXIT_CLEAN, or the exit code; ret_recording, zeroed before, is to be destroyed
 * however it ends.
 */
int recording_prepare(const struct options *options, struct recording **ret_recording);

/*
 * Everything else that can fail fails here, before the program's first instruction. EXIT_CLEAN, or
 * the exit code.
 */
int recording_start(struct recording *recording);

/* What who looks at a program meanwhile may see, and end. */
struct recording_view {
	struct road *road;
	struct child *child;
	const struct run_folder *folder;
};

/*
 * Of a program that was started: watch is called again and again while it runs, each time once what
 * it told so far is read.
 */
void recording_watch(struct recording *recording, void (*watch)(void *ctx), void *ctx,
		     struct recording_view *ret_view);

/* Processes that run already. pids must outlive the recording. */
struct recording_targets {
	const int32_t *pids;
	size_t count;	     /* 0: only those of --cgroup */
	const char *name;    /* for the trace's */
	const char *command; /* clean UTF-8 */
};

/*
 * Instead of both above. EXIT_CLEAN, or the exit code; ret_recording, zeroed before, is to be
 * destroyed however it ends.
 */
int recording_attach(const struct options *options, const struct recording_targets *targets,
		     struct recording **ret_recording);

/*
 * Until the program is over, or watching is; then the trace is judged. 0, or -EIO: it is cut short.
 * The exit code is the program's; of what runs already there is none.
 */
int recording_follow(struct recording *recording, int *ret_exit_code);

struct trace *recording_trace(struct recording *recording);
const char *recording_trace_path(const struct recording *recording);

/* Gives the signals back, and removes the folder of spools unless they are still needed. */
void recording_destroy(struct recording *recording);

#endif
