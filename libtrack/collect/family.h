/* SPDX-License-Identifier: Apache-2.0 */
/* The images of each pid: an exec keeps the pid and begins a new spool. */
#ifndef COLLECT_FAMILY_H
#define COLLECT_FAMILY_H

#include "process.h"

#include <base/u64map.h>

/* Zeroed is empty. Processes are owned; they chain through process->older. */
struct family {
	struct u64map newest;
};

void family_finish(struct family *family);
/*
 * Add an image, which is owned from then on, and number the images of its pid.
 * -EEXIST: this very file is there already. -ENOMEM.
 */
int family_add(struct family *family, struct process *process);
/* The image of this pid that began last; NULL if there is none. */
struct process *family_last(const struct family *family, int32_t pid);
/* Destroy all images of this one's process, if all are settled; it may be among them. */
void family_forget(struct family *family, const struct process *process);

/* Step over all: start with a zeroed cursor; NULL at the end. */
struct family_cursor {
	size_t at;
	struct process *next;
};
struct process *family_next(const struct family *family, struct family_cursor *cursor);

#endif
