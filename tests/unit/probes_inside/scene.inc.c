/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's functions that are called without a kernel, and what is told of that. */
#include "acts.h"
#include "traced.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <track/track.h>

#define SAID_BYTES 8192

static char said[SAID_BYTES];

/* clang-format off */
static const char *const op_names[] = {
#define TRACK_OP(id, name, sayer, stack, turns) [TRACK_OP_##id] = name,
#include <track/ops.def>
#undef TRACK_OP
};
static const char *const kind_names[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) [TRACK_KIND_##id] = #name,
#include <track/kinds.def>
#undef TRACK_KIND
};
/* clang-format on */

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
	size_t size = strlen(said);
	va_list list;

	va_start(list, format);
	vsnprintf(said + size, sizeof(said) - size, format, list);
	va_end(list);
}

/* "retain object 7 'reference' of scope 9 (refused)" */
bool traced_emit(struct traced *traced, uint32_t tid, uint64_t time_ns, uint8_t op,
		 enum track_kind kind, enum track_call call, uint64_t subject, uint64_t stack,
		 uint64_t arg, const void *data, size_t bytes)
{
	const struct track_relation *with = data;

	(void)traced, (void)tid, (void)time_ns, (void)call;
	add("%s %s %llu", op_names[op], kind_names[kind], (unsigned long long)subject);
	if (op == TRACK_OP_NAME)
		add(" '%.*s'", (int)bytes, (const char *)data);
	else if (bytes == sizeof(*with) && with->text)
		add(" '%s'", (const char *)(uintptr_t)with->text);
	if (op != TRACK_OP_NAME && bytes == sizeof(*with) && with->other)
		add(" of %s %llu", kind_names[with->other_kind], (unsigned long long)with->other);
	if (arg & TRACK_RETURNED)
		add(" returned");
	if (arg & TRACK_REFUSED)
		add(" refused");
	if (op == TRACK_OP_UNDO)
		add(" error %llu", (unsigned long long)arg);
	else if (op != TRACK_OP_NAME && arg & 0xff)
		add(" traits %llu", (unsigned long long)(arg & 0xff));
	if (stack)
		add(" at %llu", (unsigned long long)stack);
	add("%s\n", arg & TRACK_FROM_PACK || op == TRACK_OP_NAME || kind == TRACK_KIND_THREAD
			    ? ""
			    : " by itself");
	return true;
}

/* Its address is its id, so that it can be read here. */
uint64_t traced_text(struct traced *traced, uint64_t address, const char *bytes, size_t size)
{
	(void)traced, (void)size;
	return bytes ? (uintptr_t)bytes : address;
}

uint64_t traced_stack(struct traced *traced, const struct probe_head *event)
{
	(void)traced;
	return event->stack_id;
}

void traced_note(struct traced *traced, enum track_note note, uint64_t count)
{
	(void)traced;
	add("note %d %llu\n", (int)note, (unsigned long long)count);
}

static void expect_said(const char *expected)
{
	cr_expect_str_eq(said, expected, "%s", said);
	said[0] = '\0';
}
