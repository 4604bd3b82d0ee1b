/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <base/suggest.h>
#include <pack/words.h>
#include <stdio.h>
#include <string.h>
#include <track/track.h>

/* clang-format off */
#define OF(kind) (1u << TRACK_KIND_##kind)
#define ANY_KIND ((1u << TRACK_KIND__COUNT) - 1)
static const uint32_t op_kinds[PACK_OP__COUNT] = {
#define PACK_OP(id, name, kinds, what) [PACK_OP_##id] = kinds,
#include <pack/ops.def>
#undef PACK_OP
};

#define TO(op) (1u << PACK_OP_##op)
#define ANY_OP ((1u << PACK_OP__COUNT) - 1 - TO(NONE))
static const struct {
	uint32_t taken, needed; /* by ops */
} key_rows[PACK_KEY__COUNT] = {
#define PACK_KEY(id, name, ops, needed) [PACK_KEY_##id] = { ops, needed },
#include <pack/act_keys.def>
#undef PACK_KEY
};
/* clang-format on */

/* What makes a thing needs its class; the others could do with its kind. */
static const uint32_t births = TO(CREATE) | TO(OPEN) | TO(ARM);

static void check_keys(const struct pack_act *act, struct schema_errors *errors)
{
	const char *op = schema_words_name(&pack_words_op, act->op);

	for (unsigned key = 0; key < PACK_KEY__COUNT; key++) {
		bool is_given = act->given & 1ull << key;

		if (is_given && !(key_rows[key].taken & 1u << act->op))
			schema_errors_add(errors, act->line, "op '%s' takes no '%s'", op,
					  schema_words_name(&pack_words_key, key));
		if (!is_given && key_rows[key].needed & 1u << act->op)
			schema_errors_add(errors, act->line, "op '%s' needs '%s'", op,
					  schema_words_name(&pack_words_key, key));
	}
}

static void complain_class(const struct pack *pack, const struct schema_text *name,
			   struct schema_errors *errors)
{
	struct suggestion near = suggestion_start(name->text);

	for (size_t i = 0; i < pack->class_count; i++)
		if (pack->classes[i].name.text)
			suggestion_offer(&near, pack->classes[i].name.text);
	schema_errors_add(errors, name->line,
			  "class '%.64s' is unknown%s%s%s: it is neither one of "
			  "this pack nor a kind (object, scope, fd, ...)",
			  name->text, near.name ? "; did you mean '" : "",
			  near.name ? near.name : "", near.name ? "'?" : "");
}

/* NULL and the kind, if it is a kind's word. False: neither, told. */
static bool find_class(const struct pack *pack, struct pack_party *party,
		       const struct pack_class **ret_class, struct schema_errors *errors)
{
	const struct pack_class *class;
	uint32_t kind;

	if (!party->class_name.text)
		return false;
	class = pack_find_class(pack, party->class_name.text);
	if (class) {
		party->kind = class->kind;
	} else if (schema_words_find(&pack_words_kind, party->class_name.text, &kind) == 0) {
		party->kind = kind;
	} else {
		complain_class(pack, &party->class_name, errors);
		return false;
	}
	*ret_class = class;
	return true;
}

static const char *const kind_plurals[TRACK_KIND__COUNT] = {
/* clang-format off */
#define TRACK_KIND(id, name_, plural_, begun, over, rule, teller) [TRACK_KIND_##id] = plural_,
#include <track/kinds.def>
#undef TRACK_KIND
	/* clang-format on */
};

/* "objects, tasks" */
static void list_kinds(uint32_t kinds, char *ret_text, size_t size)
{
	size_t length = 0;

	ret_text[0] = '\0';
	for (uint32_t kind = 0; kind < TRACK_KIND__COUNT && length < size; kind++)
		if (kinds & 1u << kind)
			length += (size_t)snprintf(ret_text + length, size - length, "%s%s",
						   length ? ", " : "", kind_plurals[kind]);
}

static void complain_kind(const struct pack_act *act, struct schema_errors *errors)
{
	const char *op = schema_words_name(&pack_words_op, act->op);
	const char *kind = schema_words_name(&pack_words_kind, act->subject.kind);
	bool is_opened = act->op == PACK_OP_CREATE && act->subject.kind == TRACK_KIND_SCOPE;
	char names[96];

	list_kinds(op_kinds[act->op], names, sizeof(names));
	schema_errors_add(errors, act->line, "op '%s' is for %s; '%.64s' is %s %s%s", op, names,
			  act->subject.class_name.text, strchr("aeiou", kind[0]) ? "an" : "a", kind,
			  is_opened ? " (a scope is opened: op 'open')" : "");
}

static void check_subject(const struct pack *pack, struct pack_act *act,
			  struct schema_errors *errors)
{
	const char *op = schema_words_name(&pack_words_op, act->op);

	if (!find_class(pack, &act->subject, &act->of_class, errors))
		return;
	if (act->of_class && act->of_class->kind == TRACK_KIND_FD)
		return; /* its kind is unknown: told where it was read */
	if (!(op_kinds[act->op] & 1u << act->subject.kind))
		complain_kind(act, errors);
	else if (!act->of_class && births & 1u << act->op)
		schema_errors_add(errors, act->line,
				  "op '%s' needs a class of this pack, not a kind", op);
	if (act->adopts.count && act->subject.kind != TRACK_KIND_SCOPE)
		schema_errors_add(errors, act->line, "only a scope adopts");
}

static void check_party(const struct pack *pack, struct pack_party *party, const char *what,
			unsigned line, struct schema_errors *errors)
{
	const struct pack_class *class;

	if (!party->place.term_count != !party->class_name.text)
		schema_errors_add(errors, line, "'%s' and '%s_class' go together", what, what);
	find_class(pack, party, &class, errors);
}

static void check_argument(const struct pack_function *function,
			   const struct schema_number *argument, const char *key,
			   struct schema_errors *errors)
{
	if (argument->line && function->args.line && argument->value >= function->args.value)
		schema_errors_add(errors, argument->line,
				  "%s: arg%u is not there: the function has %u arguments", key,
				  argument->value, function->args.value);
}

static bool has_callback(const struct pack_function *function, const struct pack_act *act)
{
	if (act->callback.line)
		return true;
	for (size_t i = 0; i < function->act_count; i++)
		if (function->acts[i].callback.line)
			return true;
	return false;
}

static void check_places(const struct pack_function *function, const struct pack_act *act,
			 struct schema_errors *errors)
{
	char where[64];
	const struct check_scene scene = {
		.where = where,
		.args = function->args.line ? function->args.value : PACK_ARGS_MAX,
		.has_ret = function->returns != PACK_RETURNS_VOID,
		.has_callback = has_callback(function, act),
	};
	const struct pack_place *const places[] = {&act->subject.place, &act->owner.place,
						   &act->holder.place, &act->other.place,
						   &act->text};

	snprintf(where, sizeof(where), "the function has %u arguments%s", function->args.value,
		 scene.has_ret ? "" : " and returns nothing");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		check_place(places[i], &scene, errors);
	for (size_t i = 0; i < act->condition_count; i++)
		check_place(&act->conditions[i].place, &scene, errors);
	check_argument(function, &act->callback, "callback", errors);
	check_argument(function, &act->notify, "notify", errors);
}

static bool can_be_equal(const struct pack_term *left, const struct pack_term *right)
{
	if ((left->root == PACK_ROOT_CALLBACK) != (right->root == PACK_ROOT_CALLBACK))
		return false;
	return left->root != PACK_ROOT_NUMBER || right->root != PACK_ROOT_NUMBER ||
	       left->number == right->number;
}

/* The subject once more, as it is named elsewhere: else nobody would know it for the same. */
static void check_again(const struct pack_act *act, const struct pack_place *again, const char *key,
			struct schema_errors *errors)
{
	const struct pack_place *subject = &act->subject.place;
	unsigned line = again->line ? again->line : act->line;

	if (!subject->term_count || !again->term_count)
		return;
	if (subject->term_count != again->term_count) {
		schema_errors_add(errors, line,
				  "'subject' has %u parts and %s has %u: they never name the same",
				  subject->term_count, key, again->term_count);
		return;
	}
	for (unsigned i = 0; i < subject->term_count; i++)
		if (!can_be_equal(&subject->terms[i], &again->terms[i])) {
			schema_errors_add(errors, line,
					  "part %u of %s is not that of 'subject': 'callback' and "
					  "numbers stand in both, or they never name the same",
					  i + 1, key);
			return;
		}
}

/* What the function that we put in its place can see. */
static void check_replaced(const struct pack_act *act, struct schema_errors *errors)
{
	static const struct check_scene scene = {
		.where = "of a callback the first six arguments are known",
		.args = PACK_REGISTER_ARGS,
		.has_callback = true,
	};

	check_place(&act->found, &scene, errors);
	check_place(&act->notify_subject, &scene, errors);
	check_again(act, &act->found, "'found'", errors);
	if (act->notify.line)
		check_again(act, pack_act_notified(act),
			    act->notify_subject.term_count
				    ? "'notify_subject'"
				    : "'notify' without 'notify_subject' (callback+arg0)",
			    errors);
	if (act->found.term_count && !act->callback.line)
		schema_errors_add(errors, act->line, "'found' needs 'callback'");
	if (act->notify.line && !act->callback.line)
		schema_errors_add(errors, act->line, "'notify' needs 'callback'");
	if (act->notify.line && act->notify.value == act->callback.value && act->callback.line)
		schema_errors_add(errors, act->line, "'notify' and 'callback' are one argument");
	if (!act->notify.line && (act->notify_subject.term_count || act->notify_always))
		schema_errors_add(errors, act->line, "there is no 'notify'");
	if (!act->found.term_count &&
	    (act->over != PACK_OVER_NEVER || act->fires != PACK_FIRES_EACH))
		schema_errors_add(errors, act->line, "'over' and 'fires' need 'found'");
	if (act->stack_bytes.value % 8)
		schema_errors_add(errors, act->stack_bytes.line,
				  "'stack' is a multiple of 8 bytes, not %u",
				  act->stack_bytes.value);
}

static void check_arm(const struct pack_act *act, struct schema_errors *errors)
{
	check_replaced(act, errors);
	if (act->fires == PACK_FIRES_LAST && act->over != PACK_OVER_ZERO)
		schema_errors_add(errors, act->line,
				  "'fires: last' needs 'over': how is the last one known?");
	if (act->fires == PACK_FIRES_LAST && act->subject.kind == TRACK_KIND_CALLBACK)
		schema_errors_add(errors, act->line, "'fires' is for timers");
	if (act->over == PACK_OVER_ZERO && act->of_class &&
	    act->of_class->traits & TRACK_ONE_SHOT && act->subject.kind == TRACK_KIND_CALLBACK)
		schema_errors_add(errors, act->line,
				  "class '%s' is one-shot, so it is over after any call",
				  act->of_class->name.text);
}

/* Whom 'named' looks at has a class that the library names. */
static void check_named(const struct pack *pack, const struct pack_act *act,
			struct schema_errors *errors)
{
	const struct schema_text *class_name = &pack_act_named(act)->class_name;
	const struct pack_class *class =
		class_name->text ? pack_find_class(pack, class_name->text) : NULL;

	if (act->named.text && (!class || !class->named_by.text))
		schema_errors_add(errors, act->named.line,
				  "'named' needs a class with 'named_by', of the owner or else the "
				  "subject");
}

/* Who took it at the first try returns at once: nothing else is to be told. */
static void check_try(const struct pack_function *function, const struct pack_act *act,
		      struct schema_errors *errors)
{
	if (!act->try.text)
		return;
	if (function->returns != PACK_RETURNS_VOID || function->act_count != 1)
		schema_errors_add(errors, act->try.line,
				  "'try' is for a function that returns nothing and has one act");
	if (strlen(act->try.text) > 128)
		schema_errors_add(errors, act->try.line,
				  "a function's name has at most 128 letters");
}

void check_act(const struct pack *pack, const struct pack_function *function, struct pack_act *act,
	       struct schema_errors *errors)
{
	if (act->op == PACK_OP_NONE)
		return; /* told where it was read */
	check_keys(act, errors);
	check_subject(pack, act, errors);
	check_party(pack, &act->owner, "owner", act->line, errors);
	check_party(pack, &act->holder, "holder", act->line, errors);
	check_party(pack, &act->other, "other", act->line, errors);
	check_places(function, act, errors);
	check_named(pack, act, errors);
	check_try(function, act, errors);
	for (size_t i = 0; i < act->adopts.count; i++)
		if (act->adopts.items[i].text && strchr(act->adopts.items[i].text, ','))
			schema_errors_add(
				errors, act->adopts.items[i].line,
				"what is adopted is of a class without a comma, not '%.64s'",
				act->adopts.items[i].text);
	if (act->op == PACK_OP_ARM)
		check_arm(act, errors);
}
