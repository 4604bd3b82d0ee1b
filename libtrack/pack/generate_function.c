/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_function.h"

#include <string.h>

#include "generate_act.h"

bool generate_is_shared(const struct pack *pack, const struct pack_function *function)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].same_as.text && pack->functions[i].symbol.text &&
		    strcmp(pack->functions[i].same_as.text, function->symbol.text) == 0)
			return true;
	return false;
}

static const char *type_of(const struct pack_function *function)
{
	return function->returns == PACK_RETURNS_VOID ? "void" : "uint64_t";
}

static void put_types(FILE *out, unsigned count, bool is_variadic)
{
	for (unsigned i = 0; i < count; i++)
		fputs(i ? ", uint64_t" : "uint64_t", out);
	fputs(is_variadic ? ", va_list" : count ? "" : "void", out);
}

static void put_parameters(FILE *out, const struct pack_function *function, bool has_caller)
{
	unsigned count = function->args.value;

	fputs(has_caller ? "const void *caller" : "", out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%suint64_t a%u", i || has_caller ? ", " : "", i);
	fputs(function->variadic.text ? ", ..." : !count && !has_caller ? "void" : "", out);
}

/* As they go to the real function. */
static void put_arguments(FILE *out, const struct pack_function *function, uint32_t replaced)
{
	for (unsigned i = 0; i < function->args.value; i++)
		fprintf(out, "%s%c%u", i ? ", " : "", replaced & 1u << i ? 'b' : 'a', i);
	fputs(function->variadic.text ? ", list" : "", out);
}

static void put_success(FILE *out, const struct pack_function *function)
{
	static const char *const values[] = {
		[PACK_RETURNS_POINTER] = "(int64_t)ret",
		[PACK_RETURNS_INT] = "(int32_t)ret",
		[PACK_RETURNS_LONG] = "(int64_t)ret",
		[PACK_RETURNS_BOOL] = "(int8_t)ret",
		[PACK_RETURNS_VOID] = "0",
	};
	static const char *const tests[] = {
		[PACK_SUCCESS_DEFAULT] = "",	      [PACK_SUCCESS_NONNULL] = " != 0",
		[PACK_SUCCESS_ZERO] = " == 0",	      [PACK_SUCCESS_NONZERO] = " != 0",
		[PACK_SUCCESS_NONNEGATIVE] = " >= 0", [PACK_SUCCESS_POSITIVE] = " > 0",
		[PACK_SUCCESS_ALWAYS] = "",
	};
	enum pack_success success = pack_function_success(function);

	if (success == PACK_SUCCESS_ALWAYS)
		fputs("\tconst bool done = true;\n", out);
	else
		fprintf(out, "\tconst bool done = %s%s;\n", values[function->returns],
			tests[success]);
}

/* Calls that the pack's libraries make themselves are passed on, and not told. */
static void put_inner(FILE *out, const struct pack_function *function)
{
	bool is_void = function->returns == PACK_RETURNS_VOID;

	fputs("\tif (seen.inner) {\n", out);
	if (function->variadic.text)
		fprintf(out, "\t\tva_list list;\n\n\t\tva_start(list, a%u);\n\t\t%sreal(",
			function->args.value - 1, is_void ? "" : "const uint64_t ret = ");
	else
		fprintf(out, "\t\t%sreal(", is_void ? "" : "return ");
	put_arguments(out, function, 0);
	fputs(function->variadic.text ? ");\n\t\tva_end(list);\n" : ");\n", out);
	if (is_void)
		fputs("\t\treturn;\n", out);
	else if (function->variadic.text)
		fputs("\t\treturn ret;\n", out);
	fputs("\t}\n", out);
}

/*
 * Who gives it to the library, to be called for each of many, has it called from inside: what ends
 * something is told whoever calls.
 */
static bool is_end(const struct pack_function *function)
{
	for (size_t i = 0; i < function->act_count; i++)
		if (function->acts[i].op == PACK_OP_DESTROY)
			return true;
	return false;
}

/* The function behind the wrapper: of what takes "...", the one that takes its list. */
static void put_real(FILE *out, const struct pack *pack, const struct pack_function *function)
{
	bool skips = pack->inner_calls == PACK_INNER_SKIP && !is_end(function);
	char name[160];

	if (function->variadic.text)
		snprintf(name, sizeof(name), "called[CALLED_%.128s]", function->variadic.text);
	else
		snprintf(name, sizeof(name), "functions[FN_%.128s]", function->symbol.text);
	if (skips)
		fprintf(out, "\tconst struct track_pack_seen seen = look(&%s, caller);\n", name);
	fprintf(out, "\t%s (*real)(", type_of(function));
	put_types(out, function->args.value, function->variadic.text != NULL);
	if (skips)
		fputs(") = seen.real;\n", out);
	else
		fprintf(out, ") = track_pack_real(&%s, caller);\n", name);
	fprintf(out, "\n\tif (!real)\n\t\treturn%s;\n",
		function->returns == PACK_RETURNS_VOID ? "" : " 0");
	if (skips)
		put_inner(out, function);
}

static void put_call(FILE *out, const struct pack_function *function, uint32_t replaced,
		     bool has_rest)
{
	bool has_value = function->returns != PACK_RETURNS_VOID;

	if (function->variadic.text)
		fprintf(out, "\n\tva_list list;\n\n\tva_start(list, a%u);\n",
			function->args.value - 1);
	else
		fputs("\n", out);
	if (has_rest || function->variadic.text)
		fputs(has_value ? "\tconst uint64_t ret = real(" : "\treal(", out);
	else
		fputs(has_value ? "\treturn real(" : "\treal(", out);
	put_arguments(out, function, replaced);
	fputs(");\n", out);
	if (function->variadic.text)
		fputs("\tva_end(list);\n", out);
}

static void put_body(FILE *out, const struct pack *pack, const struct pack_function *function)
{
	const struct wrapper wrapper = {.out = out, .pack = pack, .function = function};
	bool has_rest = false, needs_success = false;
	uint32_t replaced = 0;

	for (size_t i = 0; i < function->act_count; i++) {
		has_rest = has_rest || act_has_rest(&wrapper, &function->acts[i]);
		needs_success = needs_success || act_needs_success(&wrapper, &function->acts[i]);
		replaced |= act_replaces(&wrapper, &function->acts[i]);
	}
	put_real(out, pack, function);
	for (unsigned i = 0; i < function->args.value; i++)
		if (replaced & 1u << i)
			fprintf(out, "\tuint64_t b%u = a%u;\n", i, i);
	for (size_t i = 0; i < function->act_count; i++)
		act_put_before(&wrapper, &function->acts[i]);
	put_call(out, function, replaced, has_rest);
	if (needs_success)
		put_success(out, function);
	for (size_t i = 0; has_rest && i < function->act_count; i++)
		if (act_has_rest(&wrapper, &function->acts[i]))
			act_put_after(&wrapper, &function->acts[i]);
	if ((has_rest || function->variadic.text) && function->returns != PACK_RETURNS_VOID)
		fputs("\treturn ret;\n", out);
}

static void put_same(FILE *out, const struct pack_function *function)
{
	const struct scene scene = {.kind = SCENE_FUNCTION};

	fprintf(out, "\t%stold_%s(CALLER", function->returns == PACK_RETURNS_VOID ? "" : "return ",
		function->same_as.text);
	for (size_t i = 0; i < function->with_count; i++) {
		fputs(", ", out);
		generate_place(out, &scene, &function->with[i], false);
	}
	fputs(");\n", out);
}

static void put_export(FILE *out, const struct pack_function *function)
{
	fprintf(out, "EXPORT %s %s(", type_of(function), function->symbol.text);
	put_parameters(out, function, false);
	fputs(")\n{\n", out);
}

void generate_function(FILE *out, const struct pack *pack, const struct pack_function *function)
{
	fprintf(out, "\n/* line %u */\n", function->line);
	if (function->same_as.text) {
		put_export(out, function);
		put_same(out, function);
	} else if (generate_is_shared(pack, function)) {
		fprintf(out, "static %s told_%s(", type_of(function), function->symbol.text);
		put_parameters(out, function, true);
		fputs(")\n{\n", out);
		put_body(out, pack, function);
		fputs("}\n\n", out);
		put_export(out, function);
		fprintf(out, "\t%stold_%s(CALLER",
			function->returns == PACK_RETURNS_VOID ? "" : "return ",
			function->symbol.text);
		for (unsigned i = 0; i < function->args.value; i++)
			fprintf(out, ", a%u", i);
		fputs(");\n", out);
	} else {
		put_export(out, function);
		fputs("\tconst void *caller = CALLER;\n", out);
		put_body(out, pack, function);
	}
	fputs("}\n", out);
}
