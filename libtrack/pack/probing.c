/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/probing.h>

#include <stdlib.h>
#include <string.h>
#include <track/track.h>

const char *pack_unprobed_text(enum pack_unprobed why)
{
	/* clang-format off */
	static const char *const texts[] = {
		[PACK_UNPROBED_NOT] = "",
#define PACK_UNPROBED(id, why_) [PACK_UNPROBED_##id] = why_,
#include <pack/unprobed.def>
#undef PACK_UNPROBED
	};
	/* clang-format on */

	return texts[why];
}

bool pack_act_is_end(const struct pack_act *act)
{
	switch (act->op) {
	case PACK_OP_RELEASE:
	case PACK_OP_DESTROY:
	case PACK_OP_CLOSE:
	case PACK_OP_CANCEL:
	case PACK_OP_OVER:
	case PACK_OP_FIRE:
		return true;
	case PACK_OP_OWN:
		return act->of_class && act->of_class->traits & TRACK_ENDS_WITH_OWNER;
	case PACK_OP_NONE:
	case PACK_OP_CREATE:
	case PACK_OP_RETAIN:
	case PACK_OP_OPEN:
	case PACK_OP_CALL:
	case PACK_OP_CARRIES:
	case PACK_OP_ARM:
	case PACK_OP_NEEDS:
	case PACK_OP_USE:
	case PACK_OP_NAME:
	case PACK_OP_LOCK:
	case PACK_OP_UNLOCK:
	case PACK_OP_WAIT:
	case PACK_OP_WAKE:
	case PACK_OP_RENEW:
	case PACK_OP_RETIRE:
	case PACK_OP__COUNT:
		break;
	}
	return false;
}

/* What is amiss with the act itself, whatever its class is. */
static enum pack_unprobed own_reason(const struct pack_act *act)
{
	if (pack_act_is_lock(act))
		return PACK_UNPROBED_LOCK;
	if (act->by.text)
		return PACK_UNPROBED_BY;
	if (act->named.text)
		return PACK_UNPROBED_NAMED;
	if (act->op == PACK_OP_ARM && act->notify.line)
		return PACK_UNPROBED_NOTIFY;
	if (act->op == PACK_OP_CARRIES ||
	    (act->op == PACK_OP_CALL && act->subject.kind != TRACK_KIND_SCOPE))
		return PACK_UNPROBED_INSIDE;
	return PACK_UNPROBED_NOT;
}

static bool is_end_unseen(const struct pack_function *function, const struct pack_class *of_class)
{
	for (size_t i = 0; i < function->act_count; i++) {
		const struct pack_act *act = &function->acts[i];

		if (act->of_class == of_class && pack_act_is_end(act) &&
		    own_reason(act) != PACK_UNPROBED_NOT)
			return true;
	}
	return false;
}

static enum pack_unprobed class_reason(const struct pack *pack, const struct pack_class *of_class)
{
	if (of_class->named_by.text)
		return PACK_UNPROBED_NAMED_BY;
	if (of_class->notice.line && !of_class->counter.line)
		return PACK_UNPROBED_NOTICE;
	for (size_t i = 0; i < pack->function_count; i++)
		if (is_end_unseen(&pack->functions[i], of_class))
			return PACK_UNPROBED_END;
	return PACK_UNPROBED_NOT;
}

static bool is_lost(const struct pack *pack, const struct pack_class *of_class, bool *seen);

/* Whether something that one of the function's acts says it belongs to is lost. */
static bool has_lost_owner(const struct pack *pack, const struct pack_function *function,
			   const struct pack_class *of_class, bool *seen)
{
	for (size_t i = 0; i < function->act_count; i++) {
		const struct pack_act *act = &function->acts[i];
		const struct pack_class *owner = NULL;

		if (act->op == PACK_OP_OWN && act->of_class == of_class &&
		    act->owner.class_name.text)
			owner = pack_find_class(pack, act->owner.class_name.text);
		if (owner && owner != of_class && is_lost(pack, owner, seen))
			return true;
	}
	return false;
}

/* seen: classes that were looked at, by their numbers. */
static bool is_lost(const struct pack *pack, const struct pack_class *of_class, bool *seen)
{
	if (seen[of_class - pack->classes])
		return false;
	seen[of_class - pack->classes] = true;
	if (class_reason(pack, of_class) != PACK_UNPROBED_NOT)
		return true;
	for (size_t i = 0; i < pack->function_count; i++)
		if (has_lost_owner(pack, &pack->functions[i], of_class, seen))
			return true;
	return false;
}

enum pack_unprobed pack_class_unprobed(const struct pack *pack, const struct pack_class *of_class)
{
	enum pack_unprobed why = class_reason(pack, of_class);
	bool *seen = calloc(pack->class_count, sizeof(*seen));

	if (why == PACK_UNPROBED_NOT && (!seen || is_lost(pack, of_class, seen)))
		why = PACK_UNPROBED_OWNER;
	free(seen);
	return why;
}

static bool is_followed(const struct pack *pack, const struct pack_class *of_class)
{
	return !of_class || pack_class_unprobed(pack, of_class) == PACK_UNPROBED_NOT;
}

enum pack_unprobed pack_act_unprobed(const struct pack *pack, const struct pack_act *act)
{
	const struct pack_party *party = pack_act_party(act);
	enum pack_unprobed why = own_reason(act);

	if (why != PACK_UNPROBED_NOT)
		return why;
	if (!is_followed(pack, act->of_class))
		return PACK_UNPROBED_CLASS;
	if (party && party->class_name.text &&
	    !is_followed(pack, pack_find_class(pack, party->class_name.text)))
		return PACK_UNPROBED_CLASS;
	return PACK_UNPROBED_NOT;
}

const struct pack_function *pack_function_told(const struct pack *pack,
					       const struct pack_function *function)
{
	if (!function->same_as.text)
		return function;
	for (size_t i = 0; i < pack->function_count; i++) {
		const struct pack_function *other = &pack->functions[i];

		if (other->symbol.text && strcmp(other->symbol.text, function->same_as.text) == 0)
			return other;
	}
	return NULL;
}

bool pack_function_is_probed(const struct pack *pack, const struct pack_function *function)
{
	const struct pack_function *told = pack_function_told(pack, function);

	for (size_t i = 0; told && i < told->act_count; i++)
		if (pack_act_unprobed(pack, &told->acts[i]) == PACK_UNPROBED_NOT)
			return true;
	return false;
}
