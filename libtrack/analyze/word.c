/* SPDX-License-Identifier: Apache-2.0 */
#include "word.h"

#include <string.h>

#include "kind.h"

/* clang-format off */
static const char *const kinds[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) #name,
#include <track/kinds.def>
#undef TRACK_KIND
};

static const char *const plurals[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) plural,
#include <track/kinds.def>
#undef TRACK_KIND
};

static const char *const ops[] = {
#define TRACK_OP(id, name, sayer, stack, turns) name,
#include <track/ops.def>
#undef TRACK_OP
};

static const char *const calls[] = {
	"",
#define TRACK_CALL(function, group) #function,
#include <track/calls.def>
#undef TRACK_CALL
};

static const char *const waits[] = {
	NULL,
#define TRACK_WAIT(id, name, text, ended_by) name,
#include <track/waits.def>
#undef TRACK_WAIT
};

static const struct fd_class {
	const char *name, *noun;
	bool is_socket;
} fd_classes[] = {
#define GROUP_SOCKET true
#define GROUP_OTHER false
#define TRACK_FD_CLASS(id, name, text, group) {name, text, GROUP_##group},
#include <track/fd_classes.def>
#undef TRACK_FD_CLASS
};

static const struct word_note notes[] = {
#define TRACK_NOTE(id, name, weight, text) {name, #weight, text},
#include <track/notes.def>
#undef TRACK_NOTE
};
/* clang-format on */

const char *word_kind(unsigned kind)
{
	return kind < TRACK_KIND__COUNT ? kinds[kind] : "";
}

const char *word_kinds(unsigned kind)
{
	return kind < TRACK_KIND__COUNT ? plurals[kind] : "";
}

unsigned word_kind_number(const char *kind)
{
	unsigned number = 0;

	while (number < TRACK_KIND__COUNT && strcmp(kinds[number], kind) != 0)
		number++;
	return number;
}

const char *word_op(unsigned op)
{
	return op < TRACK_OP__COUNT ? ops[op] : "";
}

const char *word_wait(unsigned wait)
{
	return wait < TRACK_WAIT__COUNT ? waits[wait] : NULL;
}

const char *word_call(unsigned call)
{
	return call < TRACK_CALL__COUNT ? calls[call] : "";
}

const char *word_fd_class(unsigned fd_class)
{
	return fd_classes[fd_class < TRACK_FD_CLASS__COUNT ? fd_class : TRACK_FD_CLASS_OTHER].name;
}

const char *word_noun(const char *kind, const char *class_name)
{
	if (class_name[0] == '\0')
		return kind;
	if (strcmp(kind, kinds[TRACK_KIND_FD]) != 0)
		return class_name;
	for (unsigned i = 0; i < TRACK_FD_CLASS__COUNT; i++)
		if (strcmp(fd_classes[i].name, class_name) == 0)
			return fd_classes[i].noun;
	return class_name;
}

bool word_is_act(const char *kind)
{
	return kind_of(word_kind_number(kind))->is_act;
}

bool word_is_socket(unsigned fd_class)
{
	return fd_class < TRACK_FD_CLASS__COUNT && fd_classes[fd_class].is_socket;
}

bool word_is_socket_name(const char *class_name)
{
	for (unsigned i = 0; i < TRACK_FD_CLASS__COUNT; i++)
		if (strcmp(fd_classes[i].name, class_name) == 0)
			return fd_classes[i].is_socket;
	return false;
}

const struct word_note *word_note(enum track_note note)
{
	return &notes[note];
}
