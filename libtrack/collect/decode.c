/* SPDX-License-Identifier: Apache-2.0 */
#include "decode.h"

#include <base/text.h>
#include <string.h>

static size_t payload_bytes(const struct track_record *head)
{
	return head->size - sizeof(*head);
}

static const uint8_t *payload(const void *record)
{
	return (const uint8_t *)record + sizeof(struct track_record);
}

static bool fd_arg_fits(const struct track_record *head)
{
	return head->kind != TRACK_KIND_FD || TRACK_FD_ARG_CLASS(head->arg) < TRACK_FD_CLASS__COUNT;
}

static bool name_fits(const struct track_record *head)
{
	return TRACK_NAME_ARG_ROLE(head->arg) < TRACK_NAME__COUNT &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= payload_bytes(head) &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= TRACK_NAME_BYTES_MAX;
}

static bool is_annotated(uint8_t kind)
{
	return TRACK_KINDS_TOLD >> kind & 1;
}

/* Whether the payload, where there is one, is a relation: what track.h tells of. */
static bool tells_relation(const struct track_record *head)
{
	if (head->op >= TRACK_OP__COUNT || head->op == TRACK_OP_NAME || head->op == TRACK_OP_MARK)
		return false;
	/* Of a descriptor its counters; or an annotation, which says only that it was used. */
	if (head->op == TRACK_OP_USE && !is_annotated(head->kind))
		return payload_bytes(head) < sizeof(struct track_traffic);
	return is_annotated(head->kind) || head->op >= TRACK_OP_RETAIN;
}

static bool create_fits(const struct track_record *head)
{
	if (head->kind == TRACK_KIND_THREAD)
		return payload_bytes(head) >= sizeof(struct track_thread_birth);
	return fd_arg_fits(head);
}

/* One copy is taken and judged: another process may write to the original meanwhile. */
static bool take_module(const struct track_record *head, const void *record,
			struct track_module *ret_module)
{
	if (payload_bytes(head) < sizeof(*ret_module))
		return false;
	memcpy(ret_module, payload(record), sizeof(*ret_module));
	return ret_module->start < ret_module->end &&
	       ret_module->build_id_bytes <= sizeof(ret_module->build_id) &&
	       ret_module->path_bytes <= TRACK_NAME_BYTES_MAX &&
	       ret_module->path_bytes <= payload_bytes(head) - sizeof(*ret_module);
}

static bool take_relation(const struct track_record *head, const void *record,
			  struct track_relation *ret_relation)
{
	if (payload_bytes(head) < sizeof(*ret_relation))
		return false;
	memcpy(ret_relation, payload(record), sizeof(*ret_relation));
	return ret_relation->other_kind < TRACK_KIND__COUNT;
}

static bool relation_fits(const struct track_record *head, const void *record)
{
	struct track_relation relation;
	return !payload_bytes(head) || take_relation(head, record, &relation);
}

static bool process_text_fits(const struct track_record *head)
{
	return TRACK_NAME_ARG_ROLE(head->arg) < TRACK_PROCESS_TEXT__COUNT &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= payload_bytes(head);
}

static enum decode_class event_if(bool fits)
{
	return fits ? DECODE_EVENT : DECODE_DAMAGED;
}

enum decode_class decode_check(const struct track_record *head, const void *record)
{
	if (head->time_ns > INT64_MAX || head->kind >= TRACK_KIND__COUNT ||
	    head->call >= TRACK_CALL__COUNT)
		return DECODE_DAMAGED;
	if (tells_relation(head) && !relation_fits(head, record))
		return DECODE_DAMAGED;
	struct track_module module;
	switch ((enum track_op)head->op) {
	case TRACK_OP_CREATE:
		return event_if(create_fits(head));
	case TRACK_OP_DESTROY:
	case TRACK_META_CENSUS:
		return event_if(fd_arg_fits(head));
	case TRACK_OP_DONE:
	case TRACK_OP_USE:
	case TRACK_OP_UNDO:
	case TRACK_OP_FAIL:
	case TRACK_OP_RETAIN:
	case TRACK_OP_RELEASE:
	case TRACK_OP_ARM:
	case TRACK_OP_FIRE:
	case TRACK_OP_CANCEL:
	case TRACK_OP_POLL:
	case TRACK_OP_WAKE:
	case TRACK_OP_OPEN:
	case TRACK_OP_CALL:
	case TRACK_OP_CLOSE:
	case TRACK_OP_OWN:
	case TRACK_OP_NEEDS:
	case TRACK_OP_BLOCK:
	case TRACK_OP_UNBLOCK:
	case TRACK_OP_PLUMBING:
	case TRACK_META_CENSUS_END:
		return DECODE_EVENT;
	case TRACK_OP_NAME:
		return event_if(name_fits(head));
	case TRACK_OP_MARK:
		return name_fits(head) ? DECODE_MARK : DECODE_DAMAGED;
	case TRACK_META_TEXT:
		return head->subject && name_fits(head) ? DECODE_LITERAL : DECODE_DAMAGED;
	case TRACK_META_STACK:
		return head->subject ? DECODE_STACK : DECODE_DAMAGED;
	case TRACK_META_MODULE:
		return take_module(head, record, &module) ? DECODE_MODULE : DECODE_DAMAGED;
	case TRACK_META_UNLOAD:
		return DECODE_UNLOAD;
	case TRACK_META_PROCESS:
		return process_text_fits(head) ? DECODE_TEXT : DECODE_DAMAGED;
	case TRACK_META_THREAD:
		return head->subject <= UINT32_MAX ? DECODE_THREAD : DECODE_DAMAGED;
	case TRACK_META_END:
	case TRACK_META__COUNT:
	case TRACK_OP__COUNT:
		break;
	}
	return DECODE_DAMAGED;
}

void decode_event(const struct track_record *head, const void *record, uint32_t tid,
		  struct track_relation *relation, struct collect_event *ret_event)
{
	size_t bytes =
		head->op == TRACK_OP_NAME ? TRACK_NAME_ARG_BYTES(head->arg) : payload_bytes(head);
	*ret_event = (struct collect_event){
		.time_ns = head->time_ns,
		.subject = head->subject,
		.stack = head->stack,
		.arg = head->arg,
		.data = payload(record),
		.data_bytes = bytes,
		.tid = tid,
		.call = head->call,
		.op = head->op,
		.kind = head->kind,
	};
	if (!tells_relation(head))
		return;
	ret_event->data = relation;
	ret_event->data_bytes = take_relation(head, record, relation) ? sizeof(*relation) : 0;
}

void decode_text(const struct track_record *head, const void *record, const char **ret_text,
		 size_t *ret_bytes)
{
	*ret_text = (const char *)payload(record);
	*ret_bytes = TRACK_NAME_ARG_BYTES(head->arg);
}

void decode_process_text(const struct track_record *head, const void *record,
			 enum track_process_text *ret_what, const char **ret_text,
			 size_t *ret_bytes)
{
	const char *text = (const char *)payload(record);
	size_t bytes = TRACK_NAME_ARG_BYTES(head->arg);
	if (!bytes)
		bytes = payload_bytes(head);
	while (bytes && !text[bytes - 1])
		bytes--;
	*ret_what = (enum track_process_text)TRACK_NAME_ARG_ROLE(head->arg);
	*ret_text = text;
	*ret_bytes = bytes;
}

void decode_stack(const struct track_record *head, const void *record,
		  const uint64_t **ret_addresses, size_t *ret_depth)
{
	size_t depth = payload_bytes(head) / sizeof(uint64_t);
	if (depth > head->arg)
		depth = head->arg;
	*ret_addresses = (const uint64_t *)payload(record);
	*ret_depth = depth < TRACK_STACK_DEPTH_MAX ? depth : TRACK_STACK_DEPTH_MAX;
}

bool decode_module(const struct track_record *head, const void *record,
		   char path[DECODE_PATH_BYTES], struct track_module *ret_wire,
		   struct collect_module *ret_module)
{
	if (!take_module(head, record, ret_wire))
		return false;
	text_clean(payload(record) + sizeof(*ret_wire), ret_wire->path_bytes, path,
		   DECODE_PATH_BYTES);
	*ret_module = (struct collect_module){
		.bias = head->subject,
		.start = ret_wire->start,
		.end = ret_wire->end,
		.loaded_ns = head->time_ns,
		.build_id = ret_wire->build_id,
		.build_id_bytes = ret_wire->build_id_bytes,
		.path = path,
	};
	return true;
}
