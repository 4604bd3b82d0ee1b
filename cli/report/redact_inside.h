/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules by which texts are redacted, for reports and for the traces that they carry. What
 * replaces a text is in the redactor's arena, or part of the text. 0 or -ENOMEM.
 */
#ifndef REPORT_REDACT_INSIDE_H
#define REPORT_REDACT_INSIDE_H

#include <base/u64map.h>
#include <report/report.h>

#include "arena.h"

enum secret { SECRET_ADDRESS, SECRET_FILE, SECRET_MARK, SECRET__COUNT };

struct redactor {
	struct arena *arena;   /* of what is at hand */
	struct u64map numbers; /* hash of a secret to the number of its placeholder */
	uint64_t counts[SECRET__COUNT];
};

/* The placeholder for all of the text. NULL and "" stay. */
int redact_whole(struct redactor *redactor, enum secret secret, const char **text);
/* The host of an address, or the path of a socket. */
int redact_address(struct redactor *redactor, const char **text);
void redact_folder(const char **path);
/* The first word's base name: what follows are arguments. */
int redact_command(struct redactor *redactor, const char **command);
/* Whatever looks like a path or an address in a sentence. */
int redact_words(struct redactor *redactor, const char **sentence);
/* Where a sentence speaks of the resource. */
int redact_mention(struct redactor *redactor, const struct report_resource *resource,
		   const char **sentence);

/* Of the report's trace, after all reports: its image becomes one of a redacted copy. 0 or -errno.
 */
int redact_image(struct redactor *redactor, struct report *report);

#endif
