/* SPDX-License-Identifier: Apache-2.0 */
/* A file of lines that somebody else wrote. */
#ifndef POLICY_LINES_H
#define POLICY_LINES_H

#include <schema/errors.h>
#include <stdbool.h>
#include <stddef.h>

#define LINE_BYTES_MAX 65536u

struct lines {
	const char *at, *end;
	unsigned number; /* of the line that was taken last, from 1 */
	struct schema_errors *errors;
	char text[LINE_BYTES_MAX + 1];
};

/* bytes live longer than lines. -EINVAL, said in errors, if there are more than size_max. */
int lines_start(struct lines *lines, const void *bytes, size_t size, size_t size_max,
		struct schema_errors *errors);

/*
 * The next line, without blanks around it, in lines->text: UTF-8 without control characters, a tab
 * is a blank. Lines that cannot be read are told, empty ones left out. False at the end.
 */
bool lines_next(struct lines *lines);

#endif
