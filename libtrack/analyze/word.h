/* SPDX-License-Identifier: Apache-2.0 */
/* The names behind the numbers on the wire. Any number is allowed; an unknown one gets a neutral
 * name. */
#ifndef ANALYZE_WORD_H
#define ANALYZE_WORD_H

#include <stdbool.h>
#include <track/wire.h>

/* Of a scope, beside what programs say of it: whoever closed it ended the process from in there. */
#define WORD_TRAIT_LEFT "left"
/* And of a file that a runtime keeps open by design, as of what the program says so of. */
#define WORD_TRAIT_PROCESS_LIFE "process-life"
/* The last call to close it failed. */
#define WORD_TRAIT_REFUSED "refused"

const char *word_kind(unsigned kind);
const char *word_kinds(unsigned kind);	     /* of many: "descriptors" */
unsigned word_kind_number(const char *kind); /* TRACK_KIND__COUNT if there is none of that name */
const char *word_op(unsigned op);
const char *word_wait(unsigned wait); /* NULL for none */
const char *word_call(unsigned call); /* "" for no call */
const char *word_fd_class(unsigned fd_class);
/* What a person calls one resource of a class: "UDP socket"; the name itself if unknown, and the
 * kind's where the program gave none. */
const char *word_noun(const char *kind, const char *class_name);

/* A callback, a task, a timer: what is yet to be done. */
bool word_is_act(const char *kind);
bool word_is_socket(unsigned fd_class);
bool word_is_socket_name(const char *class_name);

struct word_note {
	const char *name, *weight, *text;
};
const struct word_note *word_note(enum track_note note);

#endif
