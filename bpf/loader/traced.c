/* SPDX-License-Identifier: Apache-2.0 */
#include "traced.h"
#include "beside.h"
#include "literal.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <symbol/unwind.h>

/* Trails lead to fewer; what is forgotten is told once more when it comes again. */
#define STACKS_MAX 65536u
#define LITERAL_BYTES 256
#define ADDRESS_BITS 48

enum { STACK_TOLD = 1, STACK_WRAPPED };

static void mark_dirty(struct traced *traced)
{
	if (traced->dirty)
		return;
	traced->dirty = true;
	traced->next_dirty = traced->session->dirty;
	traced->session->dirty = traced;
}

bool traced_emit(struct traced *traced, uint32_t tid, uint64_t time_ns, uint8_t op,
		 enum track_kind kind, enum track_call call, uint64_t subject, uint64_t stack,
		 uint64_t arg, const void *data, size_t bytes)
{
	if (traced->quiet || traced->muted)
		return false;
	/* What is told of an image did not happen before it began. */
	if (time_ns < traced->start_ns)
		time_ns = traced->start_ns;
	const struct track_record head = {.op = op,
					  .kind = (uint8_t)kind,
					  .call = (uint16_t)call,
					  .time_ns = time_ns,
					  .subject = subject,
					  .stack = stack,
					  .arg = arg};
	mark_dirty(traced);
	return spool_file_put(&traced->spool, tid, &head, data, bytes);
}

bool traced_takes_notes(const struct traced *traced)
{
	return !traced->quiet && traced->spool.header;
}

void traced_note(struct traced *traced, enum track_note note, uint64_t count)
{
	/* The older ones the library counts itself. */
	if (traced->muted && note < TRACK_NOTE_LOST_EVENTS)
		return;
	if (!traced->quiet && count)
		spool_file_note(&traced->spool, note, count);
}

/* What stood at an address before a module went was something else. */
static uint64_t hash_addresses(uint32_t version, const uint64_t *addresses, size_t count)
{
	uint64_t hash = 0x9e3779b97f4a7c15u ^ count ^ (uint64_t)version << 32;
	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ addresses[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

/* The stack of these addresses: told when it is met first. */
static uint64_t stack_of(struct traced *traced, const struct probe_head *event,
			 const uint64_t *addresses, size_t count)
{
	uint32_t depth = traced->session->options.stack_depth;
	if (count > depth)
		count = depth;
	if (!count)
		return 0;
	uint64_t hash = hash_addresses(traced->modules.version, addresses, count);
	if (u64map_get(&traced->stacks, hash))
		return hash;
	if (traced->beside != BESIDE_NOT && beside_is_wrapped(traced, addresses, count))
		return u64map_put(&traced->stacks, hash, STACK_WRAPPED) ? 0 : hash;
	if (!traced_emit(traced, event->tid, event->time_ns, TRACK_META_STACK, 0, TRACK_CALL_none,
			 hash, 0, count, addresses, count * sizeof(*addresses)))
		return 0;
	/* Without room to remember it, it is told again. */
	(void)u64map_put(&traced->stacks, hash, STACK_TOLD);
	return hash;
}

uint64_t traced_stack_of(struct traced *traced, uint32_t tid, const uint64_t *addresses,
			 size_t count)
{
	const struct probe_head event = {.tid = tid, .time_ns = traced->session->settled_ns};
	return stack_of(traced, &event, addresses, count);
}

/* The probed function itself is left out, as wrappers leave themselves out. */
static bool begins_with_caller(const struct probe_head *event)
{
	return event->type == PROBE_ENTER || event->type == PROBE_RETURN ||
	       event->type == PROBE_ANNOTATION;
}

static uint64_t caller_of(const struct probe_head *event)
{
	bool probed = event->type == PROBE_ENTER || event->type == PROBE_RETURN;
	return probed ? ((const struct probe_function *)event)->caller : 0;
}

/* Frame pointers lead past the caller of what has made no frame of its own yet. */
static uint64_t stack_of_frames(struct traced *traced, const struct probe_head *event,
				const uint8_t *bytes)
{
	uint64_t addresses[TRACK_STACK_DEPTH_MAX + 1];
	size_t count = event->stack_bytes / sizeof(*addresses);
	if (count > TRACK_STACK_DEPTH_MAX)
		count = TRACK_STACK_DEPTH_MAX;
	memcpy(addresses, bytes, count * sizeof(*addresses));
	if (!count || !begins_with_caller(event))
		return stack_of(traced, event, addresses, count);
	uint64_t caller = caller_of(event);
	if (!caller)
		return stack_of(traced, event, addresses + 1, count - 1);
	addresses[0] = caller;
	if (count > 1 && addresses[1] == caller)
		return stack_of(traced, event, addresses + 1, count - 1);
	return stack_of(traced, event, addresses, count);
}

/* For when the kernel tells only the hash, of this image or of one that it forks. */
static bool keep_stack(struct session *session, uint64_t hash, const uint64_t *addresses,
		       size_t count)
{
	if (u64map_get(&session->stacks, hash))
		return true;
	if (session->stacks.count >= STACKS_MAX)
		session_forget_stacks(session);
	struct session_stack *stack = malloc(sizeof(*stack) + count * sizeof(*addresses));
	if (!stack)
		return false;
	stack->count = count;
	memcpy(stack->addresses, addresses, count * sizeof(*addresses));
	if (!u64map_put(&session->stacks, hash, (uintptr_t)stack))
		return true;
	free(stack);
	return false;
}

static uint64_t stack_known(struct traced *traced, const struct probe_head *event)
{
	if (u64map_get(&traced->stacks, event->stack_id))
		return event->stack_id;
	const uint64_t *found = u64map_get(&traced->session->stacks, event->stack_id);
	const struct session_stack *stack =
		found ? (const struct session_stack *)(uintptr_t)*found : NULL;
	return stack ? stack_of(traced, event, stack->addresses, stack->count) : 0;
}

static void put_trail(const struct traced *traced, const struct probe_head *event, uint64_t stack,
		      const struct unwind_trail *found)
{
	const struct session_kernel *kernel = &traced->session->options.kernel;
	struct probe_trail trail = {
		.stack_id = stack, .count = found->count, .takes_bp = found->takes_bp};
	if (!kernel->put_trail || !found->usable || found->count > PROBE_TRAIL_WORDS)
		return;
	for (uint32_t i = 0; i < found->count; i++) {
		uint32_t end = found->words[i].offset + (uint32_t)sizeof(uint64_t);
		if (found->words[i].offset >= PROBE_TRAIL_SPAN || end > PROBE_TRAIL_SPAN)
			return;
		trail.values[i] = found->words[i].value;
		trail.offsets[i] = (uint16_t)found->words[i].offset;
		if (end > trail.span)
			trail.span = end;
	}
	(void)kernel->put_trail(kernel->context, event, &trail);
}

static uint64_t stack_of_snapshot(struct traced *traced, const struct probe_head *event,
				  const uint8_t *bytes)
{
	struct unwind_registers registers;
	uint64_t addresses[TRACK_STACK_DEPTH_MAX + 1];
	struct unwind_trail trail = {0};
	bool cut = false;
	if (event->stack_bytes < sizeof(registers) || !traced->modules.space)
		return 0;
	_Static_assert(sizeof(registers) == sizeof(struct probe_registers), "one layout");
	memcpy(&registers, bytes, sizeof(registers));
	size_t first = begins_with_caller(event);
	size_t count = unwind_stack(traced->modules.space, &registers, bytes + sizeof(registers),
				    event->stack_bytes - sizeof(registers), addresses,
				    traced->session->options.stack_depth + first, &trail, &cut);
	if (count <= first)
		return 0;
	uint64_t stack = stack_of(traced, event, addresses + first, count - first);
	if (stack && trail.usable &&
	    keep_stack(traced->session, stack, addresses + first, count - first))
		put_trail(traced, event, stack, &trail);
	if (cut)
		traced_note(traced, TRACK_NOTE_STACKS_CUT, 1);
	return stack;
}

uint64_t traced_stack(struct traced *traced, const struct probe_head *event)
{
	const uint8_t *bytes = (const uint8_t *)event + event->stack_offset;
	if (traced->quiet || !traced->session->options.stack_depth ||
	    event->stack_offset > event->bytes ||
	    event->stack_bytes > event->bytes - event->stack_offset)
		return 0;
	switch ((enum probe_stack_how)event->stack_how) {
	case PROBE_STACK_NONE:
		break;
	case PROBE_STACK_SKIPPED:
		traced_note(traced, TRACK_NOTE_STACKS_SKIPPED, 1);
		break;
	case PROBE_STACK_KNOWN:
		return stack_known(traced, event);
	case PROBE_STACK_SNAPSHOT:
		return stack_of_snapshot(traced, event, bytes);
	case PROBE_STACK_FRAMES:
		return stack_of_frames(traced, event, bytes);
	}
	return 0;
}

bool traced_is_wrapped(const struct traced *traced, uint64_t stack)
{
	const uint64_t *found = u64map_get(&traced->stacks, stack);
	return found && *found == STACK_WRAPPED;
}

uint64_t traced_text(struct traced *traced, uint64_t address, const char *bytes, size_t size)
{
	/* Another module's literal may come to stand where one was unloaded. */
	uint64_t id = address ^ (uint64_t)traced->modules.version << ADDRESS_BITS;
	if (!address || !id)
		return 0;
	if (u64map_get(&traced->texts, id))
		return id;
	char literal[LITERAL_BYTES];
	if (bytes && !size) {
		size = literal_read(traced, address, literal, sizeof(literal));
		bytes = literal;
	}
	if (!bytes || !size)
		return 0;
	if (size > TRACK_NAME_BYTES_MAX)
		size = TRACK_NAME_BYTES_MAX;
	if (!traced_emit(traced, traced->tgid, traced->session->settled_ns, TRACK_META_TEXT, 0,
			 TRACK_CALL_none, id, 0, TRACK_NAME_ARG(TRACK_NAME_TEXT, size), bytes,
			 size))
		return 0;
	(void)u64map_put(&traced->texts, id, 1);
	return id;
}

bool traced_file(const struct traced *traced, uint64_t address, dev_t *ret_device, ino_t *ret_inode,
		 uint64_t *ret_offset)
{
	const struct module *module = mapped_find(&traced->modules, address);
	if (!module || !module->file || address < module->code_start || address >= module->code_end)
		return false;
	*ret_device = module->file->device;
	*ret_inode = module->file->inode;
	*ret_offset = address - module->code_start + module->offset;
	return true;
}
