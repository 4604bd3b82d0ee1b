/* SPDX-License-Identifier: Apache-2.0 */
/* The marks file of a folder: a line "<time_ns> <pid> <text>" per mark. */
#ifndef COLLECT_MARKS_FILE_H
#define COLLECT_MARKS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct marks_file {
	char *path; /* owned */
	off_t offset;
	bool in_overlong; /* inside a line that is too long to be a mark */
};

/* -ENOMEM. */
int marks_file_init(struct marks_file *marks, const char *folder);
void marks_file_finish(struct marks_file *marks);

/* text is clean UTF-8. */
typedef int (*marks_file_found)(void *ctx, int32_t pid, uint64_t time_ns, const char *text);
/*
 * Call found for each complete new line that is a mark; other lines are skipped.
 * Returns 0, found's error, or -EIO. No file: no marks.
 */
int marks_file_read(struct marks_file *marks, marks_file_found found, void *ctx);

#endif
