/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that a program under rtctrack started, and that may outlive it: held by pidfds, so that
 * no signal reaches another process that got the pid of one of them.
 */
#ifndef CLI_OFFSPRING_H
#define CLI_OFFSPRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct offspring_member {
	int32_t pid;
	int fd;
};

/* A zeroed struct has none. */
struct offspring {
	struct offspring_member *members;
	size_t count, capacity;
};

/*
 * Those below root now, and below members that live; without root itself, which must not have been
 * waited for yet. What is an orphan already is not found.
 */
void offspring_add_below(struct offspring *offspring, int32_t root);

/* Those that write spools into folder, orphans or not, but for root, and this process. */
void offspring_add_recorded(struct offspring *offspring, const char *folder, int32_t root);

/*
 * End those that live: by SIGTERM, and by SIGKILL what it has not ended after a while; by SIGKILL
 * at once, unless gently. Returns how many there were.
 */
size_t offspring_end(struct offspring *offspring, bool gently);

void offspring_finish(struct offspring *offspring);

#endif
