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

/*
 * The checks that rows of payloads.def and metas.def name. fixed is a copy of the layout that the
 * row has: another process may write to the record meanwhile.
 */
typedef bool check(const struct track_record *head, const void *record, const void *fixed);

static bool check_any(const struct track_record *head, const void *record, const void *fixed)
{
	(void)head, (void)record, (void)fixed;
	return true;
}

static bool check_subject(const struct track_record *head, const void *record, const void *fixed)
{
	(void)record, (void)fixed;
	return head->subject != 0;
}

static bool check_tid(const struct track_record *head, const void *record, const void *fixed)
{
	(void)record, (void)fixed;
	return head->subject <= UINT32_MAX;
}

static bool check_class(const struct track_record *head, const void *record, const void *fixed)
{
	(void)record, (void)fixed;
	return head->kind != TRACK_KIND_FD || TRACK_FD_ARG_CLASS(head->arg) < TRACK_FD_CLASS__COUNT;
}

static bool check_name(const struct track_record *head, const void *record, const void *fixed)
{
	(void)record, (void)fixed;
	return TRACK_NAME_ARG_ROLE(head->arg) < TRACK_NAME__COUNT &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= payload_bytes(head) &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= TRACK_NAME_BYTES_MAX;
}

static bool check_literal(const struct track_record *head, const void *record, const void *fixed)
{
	return head->subject != 0 && check_name(head, record, fixed);
}

static bool check_process(const struct track_record *head, const void *record, const void *fixed)
{
	(void)record, (void)fixed;
	return TRACK_NAME_ARG_ROLE(head->arg) < TRACK_PROCESS_TEXT__COUNT &&
	       TRACK_NAME_ARG_BYTES(head->arg) <= payload_bytes(head);
}

static bool check_relation(const struct track_record *head, const void *record, const void *fixed)
{
	(void)head, (void)record;
	return ((const struct track_relation *)fixed)->other_kind < TRACK_KIND__COUNT;
}

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

static bool check_module(const struct track_record *head, const void *record, const void *fixed)
{
	struct track_module module;
	(void)fixed;
	return take_module(head, record, &module);
}

/* What stands behind a head: a layout of so many bytes, or nothing that is read. */
struct form {
	size_t bytes;
	check *check;
	bool is_optional;
};

static const struct form head_alone = {.check = check_any};
static const struct form text_form = {.check = check_name};
static const struct form relation_form = {sizeof(struct track_relation), check_relation, true};

/* clang-format off */
static const struct form calls[TRACK_KIND__COUNT][TRACK_OP__COUNT] = {
#define TRACK_ARG(kind, op, check) [TRACK_KIND_##kind][TRACK_OP_##op] = {0, check_##check, false},
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) \
	[TRACK_KIND_##kind][TRACK_OP_##op] = {sizeof(struct track_##layout), check_##check, false},
#include <track/payloads.def>
};

static const struct {
	struct form form;
	enum decode_class becomes;
} metas[] = {
#define TRACK_META(id, becomes, check) {{0, check_##check, false}, DECODE_##becomes},
#define TRACK_META_EVENT(id, name, check, bytes, ...) \
	{{sizeof(struct track_##name), check_##check, false}, DECODE_EVENT},
#include <track/metas.def>
};

/* Who says an op beside the calls. */
enum {
#define TRACK_OP(id, name, sayer, stack, turns) SAID_##id = TRACK_SAID_##sayer,
#include <track/ops.def>
#undef TRACK_OP
};

static const uint16_t said[TRACK_OP__COUNT] = {
#define TRACK_OP(id, name, sayer, stack, turns) [TRACK_OP_##id] = SAID_##id,
#include <track/ops.def>
#undef TRACK_OP
};

/* What the program says as well is told from what a call says by its size. */
#define MAY_BE_SAID(kind, op) (SAID_##op >> TRACK_KIND_##kind & 1)
#define TRACK_ARG(kind, op, check) _Static_assert(!MAY_BE_SAID(kind, op), "payloads.def");
#define TRACK_PAYLOAD(kind, op, layout, check, bytes, ...) \
	_Static_assert(sizeof(struct track_##layout) <= DECODE_FIXED_BYTES && \
		(!MAY_BE_SAID(kind, op) || sizeof(struct track_##layout) > sizeof(struct track_relation)), "payloads.def");
#include <track/payloads.def>
#define TRACK_META_EVENT(id, name, check, bytes, ...) \
	_Static_assert(sizeof(struct track_##name) <= DECODE_FIXED_BYTES, "metas.def");
#include <track/metas.def>
/* clang-format on */

static const struct form *form_of_op(const struct track_record *head)
{
	const struct form *call = &calls[head->kind][head->op];
	bool is_said = said[head->op] >> head->kind & 1;

	if (head->op == TRACK_OP_NAME || head->op == TRACK_OP_MARK)
		return &text_form;
	if (call->check && (!is_said || payload_bytes(head) >= call->bytes))
		return call;
	return is_said ? &relation_form : &head_alone;
}

/* One copy is taken and judged. */
static bool take(const struct form *form, const struct track_record *head, const void *record,
		 struct decode_fixed *ret_fixed)
{
	ret_fixed->bytes = 0;
	if (form->is_optional && !payload_bytes(head))
		return true;
	if (payload_bytes(head) < form->bytes)
		return false;
	ret_fixed->bytes = form->bytes;
	memcpy(ret_fixed->data, payload(record), form->bytes);
	return form->check(head, record, ret_fixed->data);
}

enum decode_class decode_check(const struct track_record *head, const void *record,
			       struct decode_fixed *ret_fixed)
{
	bool is_meta = head->op > TRACK_META__BEFORE && head->op < TRACK_META__COUNT;
	unsigned meta = head->op - TRACK_META_STACK;
	if (head->time_ns > INT64_MAX || head->kind >= TRACK_KIND__COUNT ||
	    head->call >= TRACK_CALL__COUNT || (head->op >= TRACK_OP__COUNT && !is_meta))
		return DECODE_DAMAGED;
	if (!take(is_meta ? &metas[meta].form : form_of_op(head), head, record, ret_fixed))
		return DECODE_DAMAGED;
	if (is_meta)
		return metas[meta].becomes;
	return head->op == TRACK_OP_MARK ? DECODE_MARK : DECODE_EVENT;
}

void decode_event(const struct track_record *head, const void *record, uint32_t tid,
		  const struct decode_fixed *fixed, struct collect_event *ret_event)
{
	bool is_text = head->op == TRACK_OP_NAME;
	*ret_event = (struct collect_event){
		.time_ns = head->time_ns,
		.subject = head->subject,
		.stack = head->stack,
		.arg = head->arg,
		.data = is_text ? payload(record) : fixed->data,
		.data_bytes = is_text ? TRACK_NAME_ARG_BYTES(head->arg) : fixed->bytes,
		.tid = tid,
		.call = head->call,
		.op = head->op,
		.kind = head->kind,
	};
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
