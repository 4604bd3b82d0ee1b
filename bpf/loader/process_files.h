/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of a process, as the recorder's own pid namespace numbers it. */
#ifndef LOADER_PROCESS_FILES_H
#define LOADER_PROCESS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of /proc/PID/stat. */
struct process_stat {
	char state;
	int32_t ppid;
	uint32_t threads;
	uint64_t start_ticks;
	uint64_t start_code; /* address; 0, 1: it has none, or may not be known */
};

/* 0, -ESRCH and the like: it is gone. Of a thread, too. */
int process_read_stat(int32_t pid, struct process_stat *ret_stat);
/* Soft RLIMIT_NOFILE; 0: unknown, or none. */
uint32_t process_fd_limit(int32_t pid);
/* What the link /proc/PID/NAME says, terminated. Its bytes, or -errno. */
int process_read_link(int32_t pid, const char *name, char *ret_text, size_t capacity);
/* Up to capacity bytes of /proc/PID/NAME. How many, or -errno. */
int process_read_file(int32_t pid, const char *name, char *ret_bytes, size_t capacity);
/* All of /proc/PID/NAME, terminated, for the caller to free. */
int process_load_file(int32_t pid, const char *name, char **ret_text, size_t *ret_bytes);
/* Each entry of the folder /proc/PID/NAME that is a number. visit: 0 goes on. Or -errno. */
typedef int (*process_number)(void *ctx, uint32_t number);
int process_each_number(int32_t pid, const char *name, process_number visit, void *ctx);

#endif
