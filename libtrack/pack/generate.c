/* SPDX-License-Identifier: Apache-2.0 */
#include <pack/generate.h>

#include <errno.h>
#include <string.h>

#include "generate_callback.h"
#include "generate_class.h"
#include "generate_function.h"
#include "generate_place.h"

/* prelude.inc as a terminated text, made by embed.cmake. */
extern const unsigned char pack_prelude[];

/* The functions that are only called, not wrapped, each once. */
struct called {
	FILE *out;
	const char *format;
	const struct pack *pack;
	unsigned count;
};

typedef bool visit_fn(void *ctx, const char *name);

/* Until visit says false: then false. */
static bool visit_called(const struct pack *pack, visit_fn *visit, void *ctx)
{
	for (size_t i = 0; i < pack->class_count; i++) {
		const struct pack_class *class = &pack->classes[i];

		if (class->named_by.text && !visit(ctx, class->named_by.text))
			return false;
		if (class->notice.call.text && !visit(ctx, class->notice.call.text))
			return false;
	}
	for (size_t i = 0; i < pack->function_count; i++) {
		const struct pack_function *function = &pack->functions[i];

		if (function->variadic.text && !visit(ctx, function->variadic.text))
			return false;
		for (size_t j = 0; j < function->act_count; j++)
			if ((function->acts[j].by.text && !visit(ctx, function->acts[j].by.text)) ||
			    (function->acts[j].try.text && !visit(ctx, function->acts[j].try.text)))
				return false;
	}
	return true;
}

/* A name that came before is the same text, or another that is equal. */
struct search {
	const char *name;
	bool is_first;
};

static bool look_before(void *ctx, const char *name)
{
	struct search *search = ctx;

	if (name == search->name)
		return false;
	search->is_first = strcmp(name, search->name) != 0;
	return search->is_first;
}

static bool put_called(void *ctx, const char *name)
{
	struct search search = {.name = name, .is_first = true};
	struct called *called = ctx;

	visit_called(called->pack, look_before, &search);
	if (search.is_first) {
		fprintf(called->out, called->format, name, name);
		called->count++;
	}
	return true;
}

static void put_called_table(FILE *out, const struct pack *pack)
{
	struct called numbers = {.out = out, .format = "\tCALLED_%s,\n", .pack = pack};
	struct called rows = {.out = out,
			      .format = "\t[CALLED_%s] = {.name = \"%s\", .pack = &pack},\n",
			      .pack = pack};

	fputs("\n/* Called, not wrapped. */\nenum {\n", out);
	visit_called(pack, put_called, &numbers);
	fputs("\tCALLED__COUNT\n};\n", out);
	if (!numbers.count)
		return;
	fputs("\nstatic struct track_pack_function called[CALLED__COUNT] = {\n", out);
	visit_called(pack, put_called, &rows);
	fputs("};\n", out);
}

static void put_tables(FILE *out, const struct pack *pack)
{
	fputs("\nstatic const struct track_pack pack;\n\nenum {\n", out);
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].symbol.text)
			fprintf(out, "\tFN_%s,\n", pack->functions[i].symbol.text);
	fputs("\tFN__COUNT\n};\n\nstatic struct track_pack_function functions[FN__COUNT + 1] = {\n",
	      out);
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].symbol.text)
			fprintf(out, "\t[FN_%s] = {.name = \"%s\", .pack = &pack},\n",
				pack->functions[i].symbol.text, pack->functions[i].symbol.text);
	fputs("};\n\nstatic struct track_pack_function *const wrapped[FN__COUNT + 1] = {\n", out);
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].symbol.text)
			fprintf(out, "\t&functions[FN_%s],\n", pack->functions[i].symbol.text);
	fputs("};\n", out);
	put_called_table(out, pack);
}

static void put_pack(FILE *out, const struct pack *pack)
{
	fputs("\nstatic const char *const libraries[] = {", out);
	for (size_t i = 0; i < pack->library_count; i++) {
		generate_string(out, pack->libraries[i].soname.text);
		fputs(", ", out);
	}
	fputs("NULL};\n\nstatic const struct track_pack pack = {\n\t.name = ", out);
	generate_string(out, pack->name.text);
	fputs(",\n\t.libraries = libraries,\n\t.functions = wrapped,\n};\n\n"
	      "static __attribute__((constructor)) void begin(void)\n{\n"
	      "\ttrack_pack_begin(&pack);\n}\n",
	      out);
}

/* Those first that others call. */
static void put_functions(FILE *out, const struct pack *pack)
{
	for (unsigned turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < pack->function_count; i++) {
			const struct pack_function *function = &pack->functions[i];

			if (function->symbol.text &&
			    (function->same_as.text != NULL) == (turn == 1))
				generate_function(out, pack, function);
		}
}

int pack_generate(const struct pack *pack, FILE *out)
{
	fprintf(out,
		"/* SPDX-License-Identifier: Apache-2.0 */\n/* Made of %s.yaml: ", pack->name.text);
	generate_comment(out, pack->about.text);
	fprintf(out,
		". */\n#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include <stdarg.h>\n"
		"#include <track/pack.h>\n\n%s",
		(const char *)pack_prelude);
	put_tables(out, pack);
	put_pack(out, pack);
	for (size_t i = 0; i < pack->class_count; i++)
		generate_class(out, pack, &pack->classes[i]);
	generate_callbacks(out, pack);
	put_functions(out, pack);
	return ferror(out) ? -EIO : 0;
}
