/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <ctype.h>
#include <pack/versions.h>
#include <pack/words.h>
#include <stdlib.h>
#include <string.h>
#include <track/track.h>

#define NAME_LENGTH_MAX 40

#define OF(kind) (1u << TRACK_KIND_##kind)

/* Which kinds a trait means something of; of those that are not here: all. */
static const struct {
	uint32_t trait, kinds;
} trait_kinds[] = {
	{TRACK_ONE_SHOT, OF(CALLBACK) | OF(TIMER)},
	{TRACK_CLOSE_NOTICE, OF(CALLBACK)},
	{TRACK_MUST_CLOSE, OF(SCOPE)},
	{TRACK_QUIET, OF(SCOPE)},
	{TRACK_ENDS_AT_ZERO, OF(OBJECT) | OF(TASK) | OF(SCOPE)},
};

static const uint32_t counted_kinds = OF(OBJECT) | OF(TASK) | OF(SCOPE);

static void check_name(const struct pack *pack, const char *name, struct schema_errors *errors)
{
	const struct schema_text *given = &pack->name;

	if (!given->text)
		return;
	for (const char *at = given->text; *at; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-') {
			schema_errors_add(errors, given->line,
					  "a pack's name is of a-z, 0-9 and -, not '%.64s'",
					  given->text);
			return;
		}
	if (strlen(given->text) > NAME_LENGTH_MAX)
		schema_errors_add(errors, given->line, "a pack's name has at most %d letters",
				  NAME_LENGTH_MAX);
	else if (name && strcmp(name, given->text) != 0)
		schema_errors_add(
			errors, given->line,
			"the pack calls itself '%s', its file '%.64s': they must be equal",
			given->text, name);
}

static void check_libraries(const struct pack *pack, struct schema_errors *errors)
{
	if (pack->libraries && !pack->library_count)
		schema_errors_add(errors, 0, "'libraries' is empty: a pack is of a library");
	for (size_t i = 0; pack->libraries && i < pack->library_count; i++) {
		const struct schema_text *versions = &pack->libraries[i].versions;

		if (versions->text && !pack_versions_are_valid(versions->text))
			schema_errors_add(errors, versions->line,
					  "versions are ranges such as '>=3.0 <4', not '%.64s'",
					  versions->text);
	}
}

void check_place(const struct pack_place *place, const struct check_scene *scene,
		 struct schema_errors *errors)
{
	for (unsigned i = 0; i < place->term_count; i++) {
		const struct pack_term *term = &place->terms[i];

		if (term->root == PACK_ROOT_ARG && (uint64_t)term->number >= scene->args)
			schema_errors_add(errors, place->line,
					  "arg%lld is not there: %s, so the last is arg%d",
					  (long long)term->number, scene->where,
					  (int)scene->args - 1);
		if (term->root == PACK_ROOT_RET && !scene->has_ret)
			schema_errors_add(errors, place->line, "there is no ret: %s", scene->where);
		if (term->root == PACK_ROOT_CALLBACK && !scene->has_callback)
			schema_errors_add(errors, place->line,
					  "there is no callback: the act needs 'callback: argN'");
	}
}

static void check_notice(const struct pack_class *class, struct schema_errors *errors)
{
	static const struct check_scene scene = {
		.where = "a notice of ours takes six arguments",
		.args = PACK_REGISTER_ARGS,
	};
	const struct pack_notice *notice = &class->notice;
	unsigned functions = 0, subjects = 0;

	for (size_t i = 0; i < notice->arg_count; i++) {
		functions += notice->args[i].what == PACK_NOTICE_FUNCTION;
		subjects += notice->args[i].what == PACK_NOTICE_SUBJECT;
	}
	if (functions != 1)
		schema_errors_add(errors, notice->line,
				  "a notice has one argument 'notice', not %u", functions);
	if (notice->once && subjects)
		schema_errors_add(errors, notice->line,
				  "a notice that is asked for once knows no subject yet");
	if (!notice->once && !subjects)
		schema_errors_add(errors, notice->line,
				  "a notice of each needs the argument 'subject', or 'once: true'");
	if (notice->arg_count > PACK_REGISTER_ARGS)
		schema_errors_add(errors, notice->line,
				  "a notice is asked for by six arguments at most");
	check_place(&notice->subject, &scene, errors);
}

static void check_traits(const struct pack_class *class, struct schema_errors *errors)
{
	for (size_t i = 0; i < sizeof(trait_kinds) / sizeof(trait_kinds[0]); i++)
		if (class->traits & trait_kinds[i].trait &&
		    !(trait_kinds[i].kinds & 1u << class->kind))
			schema_errors_add(
				errors, class->line, "trait '%s' means nothing of kind '%s'",
				schema_words_name(&pack_words_trait, trait_kinds[i].trait),
				schema_words_name(&pack_words_kind, class->kind));
}

static void check_counter(const struct pack_class *class, struct schema_errors *errors)
{
	const struct pack_counter *counter = &class->counter;
	const struct schema_number *bits = &counter->bits;

	if (!counter->line)
		return;
	if (!(counted_kinds & 1u << class->kind))
		schema_errors_add(errors, counter->line, "kind '%s' is not counted",
				  schema_words_name(&pack_words_kind, class->kind));
	if (bits->line && bits->value != 32 && bits->value != 64)
		schema_errors_add(errors, bits->line, "a counter has 32 or 64 bits, not %u",
				  bits->value);
}

static void check_class(const struct pack *pack, const struct pack_class *class,
			struct schema_errors *errors)
{
	uint32_t kind;

	if (!class->name.text)
		return;
	if (schema_words_find(&pack_words_kind, class->name.text, &kind) == 0)
		schema_errors_add(errors, class->name.line, "'%s' is the name of a kind",
				  class->name.text);
	if (strchr(class->name.text, ','))
		schema_errors_add(errors, class->name.line, "class '%s' has a comma in its name",
				  class->name.text);
	if (pack_find_class(pack, class->name.text) != class)
		schema_errors_add(errors, class->name.line, "class '%s' is there twice",
				  class->name.text);
	if (class->kind == TRACK_KIND_FD)
		return; /* none that is known: told where it was read */
	check_traits(class, errors);
	check_counter(class, errors);
	if (class->notice.line)
		check_notice(class, errors);
}

static void check_variadic(const struct pack_function *function, struct schema_errors *errors)
{
	if (!function->variadic.text)
		return;
	if (function->args.line && !function->args.value)
		schema_errors_add(errors, function->variadic.line,
				  "what takes ... has an argument before it");
	if (function->symbol.text && strcmp(function->symbol.text, function->variadic.text) == 0)
		schema_errors_add(errors, function->variadic.line,
				  "'variadic' is another function, which takes a va_list");
}

static const struct pack_function *find_function(const struct pack *pack, const char *symbol)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].symbol.text &&
		    strcmp(pack->functions[i].symbol.text, symbol) == 0)
			return &pack->functions[i];
	return NULL;
}

/* What is told as another function is: that one must be there, and tell something itself. */
static void check_same(const struct pack *pack, const struct pack_function *function,
		       struct schema_errors *errors)
{
	const struct check_scene scene = {
		.where = "it is one of the function's arguments",
		.args = function->args.line ? function->args.value : PACK_ARGS_MAX,
	};
	const struct pack_function *other;

	if (!function->same_as.text && function->acts && !function->act_count)
		schema_errors_add(errors, function->line,
				  "'acts' is empty: the function would tell nothing");
	else if (!function->same_as.text == !function->act_count)
		schema_errors_add(errors, function->line, "a function needs 'acts' or 'same_as'%s",
				  function->act_count ? ", not both" : "");
	for (size_t i = 0; i < function->with_count; i++)
		check_place(&function->with[i], &scene, errors);
	if (!function->same_as.text)
		return;
	other = find_function(pack, function->same_as.text);
	if (!other || other->same_as.text)
		schema_errors_add(errors, function->same_as.line,
				  "'%.64s' is no function of this pack that has acts",
				  function->same_as.text);
	else if (other->variadic.text || function->variadic.text)
		schema_errors_add(errors, function->same_as.line,
				  "what takes ... cannot be the same");
	else if (other->args.value != function->with_count)
		schema_errors_add(errors, function->line,
				  "'with' names %zu arguments, but %.64s has %u",
				  function->with_count, other->symbol.text, other->args.value);
}

/* Names of C are short; whoever prints them may count on it. */
static void check_symbol(const struct schema_text *name, struct schema_errors *errors)
{
	if (name->text && strlen(name->text) > 128)
		schema_errors_add(errors, name->line, "a function's name has at most 128 letters");
}

static void check_function(const struct pack *pack, const struct pack_function *function,
			   struct schema_errors *errors)
{
	if (!function->line)
		return; /* it was no mapping: told where it was read */
	if (!function->symbol.text == !function->pattern.text)
		schema_errors_add(errors, function->line,
				  "a function needs a symbol or a pattern%s",
				  function->symbol.text ? ", not both" : "");
	if (function->returns == PACK_RETURNS_VOID && function->success != PACK_SUCCESS_DEFAULT &&
	    function->success != PACK_SUCCESS_ALWAYS)
		schema_errors_add(errors, function->line,
				  "a function that returns nothing has no success '%s'",
				  schema_words_name(&pack_words_success, function->success));
	check_symbol(&function->symbol, errors);
	check_symbol(&function->variadic, errors);
	check_variadic(function, errors);
	check_same(pack, function, errors);
	for (size_t i = 0; i < function->act_count; i++)
		check_act(pack, function, &function->acts[i], errors);
}

static int compare_symbols(const void *a, const void *b)
{
	const struct pack_function *const *left = a, *const *right = b;
	int r = strcmp((*left)->symbol.text, (*right)->symbol.text);

	return r ? r : (int)(*left)->line - (int)(*right)->line;
}

static void check_twice(const struct pack *pack, struct schema_errors *errors)
{
	const struct pack_function **sorted = calloc(pack->function_count + 1, sizeof(*sorted));
	size_t count = 0;

	if (!sorted) {
		errors->is_short = true;
		return;
	}
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].symbol.text)
			sorted[count++] = &pack->functions[i];
	qsort(sorted, count, sizeof(*sorted), compare_symbols);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->symbol.text, sorted[i]->symbol.text) == 0)
			schema_errors_add(errors, sorted[i]->symbol.line,
					  "function '%.64s' is there twice, first in line %u",
					  sorted[i]->symbol.text, sorted[i - 1]->symbol.line);
	free(sorted);
}

void check_pack(struct pack *pack, const char *name, struct schema_errors *errors)
{
	check_name(pack, name, errors);
	check_libraries(pack, errors);
	for (size_t i = 0; i < pack->class_count; i++)
		check_class(pack, &pack->classes[i], errors);
	for (size_t i = 0; i < pack->function_count; i++)
		check_function(pack, &pack->functions[i], errors);
	check_twice(pack, errors);
}
