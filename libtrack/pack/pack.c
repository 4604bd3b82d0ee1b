/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/pack.h>

#include <errno.h>
#include <schema/file.h>
#include <schema/reader.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "keys.h"

#define SUFFIX ".yaml"

int pack_parse(const void *bytes, size_t size, const char *name, struct pack **ret_pack,
	       struct schema_errors *errors)
{
	struct pack *pack;
	int r;

	if (size > PACK_FILE_BYTES_MAX) {
		schema_errors_add(errors, 0, "a pack has at most %u bytes", PACK_FILE_BYTES_MAX);
		return -EINVAL;
	}
	pack = calloc(1, sizeof(*pack));
	if (!pack)
		return -ENOMEM;
	r = schema_read(bytes, size, &schema_pack, pack, &pack->memory, errors);
	if (r == 0)
		check_pack(pack, name, errors);
	schema_errors_sort(errors);
	if (r == 0 && (errors->count || errors->is_short))
		r = errors->count ? -EINVAL : -ENOMEM;
	if (r < 0) {
		pack_free(pack);
		return r;
	}
	*ret_pack = pack;
	return 0;
}

/* NULL if the file is not called so, or memory ran out. */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	size_t length = strlen(file), suffix = strlen(SUFFIX);

	if (length > suffix && strcmp(file + length - suffix, SUFFIX) == 0)
		length -= suffix;
	return strndup(file, length);
}

int pack_read(const char *path, struct pack **ret_pack, struct schema_errors *errors)
{
	char *bytes = NULL, *name = name_of(path);
	size_t size = 0;
	int r = name ? schema_file_read(path, PACK_FILE_BYTES_MAX, &bytes, &size) : -ENOMEM;

	if (r == 0)
		r = pack_parse(bytes, size, name, ret_pack, errors);
	free(bytes);
	free(name);
	return r;
}

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	schema_memory_free(pack->memory);
	free(pack);
}

const struct pack_class *pack_find_class(const struct pack *pack, const char *name)
{
	for (size_t i = 0; i < pack->class_count; i++) {
		const struct schema_text *own = &pack->classes[i].name;

		if (own->text && strcmp(own->text, name) == 0)
			return &pack->classes[i];
	}
	return NULL;
}

enum pack_success pack_function_success(const struct pack_function *function)
{
	static const enum pack_success by_type[] = {
		[PACK_RETURNS_POINTER] = PACK_SUCCESS_NONNULL,
		[PACK_RETURNS_INT] = PACK_SUCCESS_NONNEGATIVE,
		[PACK_RETURNS_LONG] = PACK_SUCCESS_NONNEGATIVE,
		[PACK_RETURNS_BOOL] = PACK_SUCCESS_NONZERO,
		[PACK_RETURNS_VOID] = PACK_SUCCESS_ALWAYS,
	};

	return function->success == PACK_SUCCESS_DEFAULT ? by_type[function->returns]
							 : function->success;
}

const struct pack_party *pack_act_party(const struct pack_act *act)
{
	if (act->owner.place.term_count)
		return &act->owner;
	if (act->holder.place.term_count)
		return &act->holder;
	return act->other.place.term_count ? &act->other : NULL;
}

const struct pack_party *pack_act_named(const struct pack_act *act)
{
	return act->owner.place.term_count ? &act->owner : &act->subject;
}

const struct pack_place *pack_act_notified(const struct pack_act *act)
{
	static const struct pack_place usual = {
		.term_count = 2,
		.terms = {{.root = PACK_ROOT_CALLBACK}, {.root = PACK_ROOT_ARG}},
	};

	return act->notify_subject.term_count ? &act->notify_subject : &usual;
}

static bool uses_ret(const struct pack_act *act)
{
	const struct pack_party *party = pack_act_party(act);

	for (size_t i = 0; i < act->condition_count; i++)
		if (pack_place_uses(&act->conditions[i].place, PACK_ROOT_RET))
			return true;
	return pack_place_uses(&act->subject.place, PACK_ROOT_RET) ||
	       pack_place_uses(&act->text, PACK_ROOT_RET) ||
	       (party && pack_place_uses(&party->place, PACK_ROOT_RET));
}

bool pack_act_is_lock(const struct pack_act *act)
{
	return act->op == PACK_OP_LOCK || act->op == PACK_OP_UNLOCK || act->op == PACK_OP_WAIT ||
	       act->op == PACK_OP_WAKE || act->op == PACK_OP_RENEW || act->op == PACK_OP_RETIRE;
}

bool pack_act_is_before(const struct pack_function *function, const struct pack_act *act)
{
	static const enum {
		AFTER,
		BEFORE,
		BEFORE_UNLESS_IT_CAN_FAIL
	} when[] = {
		[PACK_OP_NONE] = AFTER,	    [PACK_OP_FIRE] = BEFORE,
		[PACK_OP_CREATE] = AFTER,   [PACK_OP_RETAIN] = AFTER,
		[PACK_OP_RELEASE] = BEFORE, [PACK_OP_DESTROY] = BEFORE_UNLESS_IT_CAN_FAIL,
		[PACK_OP_OPEN] = AFTER,	    [PACK_OP_CLOSE] = BEFORE,
		[PACK_OP_CALL] = BEFORE,    [PACK_OP_CARRIES] = BEFORE,
		[PACK_OP_ARM] = BEFORE,	    [PACK_OP_CANCEL] = BEFORE,
		[PACK_OP_OVER] = BEFORE,    [PACK_OP_OWN] = AFTER,
		[PACK_OP_NEEDS] = AFTER,    [PACK_OP_USE] = BEFORE,
		[PACK_OP_NAME] = AFTER,	    [PACK_OP_LOCK] = AFTER,
		[PACK_OP_UNLOCK] = BEFORE,  [PACK_OP_WAIT] = BEFORE,
		[PACK_OP_WAKE] = BEFORE,    [PACK_OP_RENEW] = AFTER,
		[PACK_OP_RETIRE] = AFTER,
	};

	if (uses_ret(act))
		return false;
	if (act->try.text)
		return true;
	if (when[act->op] == BEFORE_UNLESS_IT_CAN_FAIL)
		return function->success == PACK_SUCCESS_DEFAULT ||
		       function->success == PACK_SUCCESS_ALWAYS;
	return when[act->op] == BEFORE;
}
