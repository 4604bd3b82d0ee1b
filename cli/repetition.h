/* SPDX-License-Identifier: Apache-2.0 */
/* A command that the shell runs beside the program, again and again. */
#ifndef CLI_REPETITION_H
#define CLI_REPETITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct repetition {
	const char *command;
	uint64_t timeout_ns;
	pid_t pid; /* of its group too; 0: none runs */
	uint64_t begun_ns;
	bool overdue; /* the last one took too long, and was ended */
	int status;   /* wait status of the last one */
};

/* The program that it is run against, and where its recording is. */
struct repetition_target {
	int32_t program_pid;
	const char *spool_dir;
	uint64_t session;
};

/* 0 or -errno. */
int repetition_start(struct repetition *repetition, const struct repetition_target *target,
		     uint64_t now_ns);
/* Whether one that ran is over; ends one that takes too long. */
bool repetition_is_over(struct repetition *repetition, uint64_t now_ns);
bool repetition_worked(const struct repetition *repetition);
/* It can never work: the shell did not find it, or cannot run it. */
bool repetition_is_none(const struct repetition *repetition);
/* "failed with exit code 2", "took more than 60 s". */
void repetition_say(const struct repetition *repetition, char *ret_text, size_t capacity);
/* End the one that runs, with all that it started. */
void repetition_kill(struct repetition *repetition);

#endif
