/* SPDX-License-Identifier: Apache-2.0 */
#include "generate_place.h"

#include <ctype.h>
#include <inttypes.h>
#include <pack/words.h>

static void put_root(FILE *out, const struct scene *scene, const struct pack_term *term)
{
	static const char *const returned[] = {
		[PACK_RETURNS_POINTER] = "ret", [PACK_RETURNS_INT] = "as_int(ret)",
		[PACK_RETURNS_LONG] = "ret",	[PACK_RETURNS_BOOL] = "(uint8_t)ret",
		[PACK_RETURNS_VOID] = "0",
	};
	bool is_plain = scene->kind == SCENE_FUNCTION || scene->kind == SCENE_NOTICE;

	switch (term->root) {
	case PACK_ROOT_RET:
		fputs(returned[scene->returns], out);
		break;
	case PACK_ROOT_ARG:
		fprintf(out, is_plain ? "a%" PRId64 : "call->args[%" PRId64 "]", term->number);
		break;
	case PACK_ROOT_CALLBACK:
		if (is_plain)
			fprintf(out, "a%u", scene->callback);
		else
			fprintf(out, "(uintptr_t)call->%s",
				scene->kind == SCENE_NOTIFY ? "companion" : "target");
		break;
	case PACK_ROOT_NUMBER:
		fprintf(out, "(uint64_t)INT64_C(%" PRId64 ")", term->number);
		break;
	}
}

/* With the first steps only. */
static void put_steps(FILE *out, const struct scene *scene, const struct pack_term *term,
		      unsigned steps)
{
	for (unsigned i = steps; i-- > 0;)
		fputs(term->is_int && i + 1 == term->step_count ? "int_at(" : "at(", out);
	put_root(out, scene, term);
	for (unsigned i = 0; i < steps; i++)
		fprintf(out, ", %d)", term->steps[i]);
}

static void put_term(FILE *out, const struct scene *scene, const struct pack_term *term)
{
	bool is_cut = term->is_int && !term->step_count;

	fputs(is_cut ? "as_int(" : "", out);
	put_steps(out, scene, term, term->step_count);
	fputs(is_cut ? ")" : "", out);
}

void generate_place(FILE *out, const struct scene *scene, const struct pack_place *place,
		    bool is_id)
{
	for (unsigned i = 1; i < place->term_count; i++)
		fputs("mix(", out);
	for (unsigned i = 0; i < place->term_count; i++) {
		const struct pack_term *term = &place->terms[i];

		fputs(i ? ", " : "", out);
		put_term(out, scene, term);
		fputs(is_id && !i && term->is_int ? " + 1" : "", out);
		fputs(i ? ")" : "", out);
	}
}

/* The pointer that the last step follows, where its value does not say that it was null. */
static void put_pointers(FILE *out, const struct scene *scene, const struct pack_place *place)
{
	for (unsigned i = 0; i < place->term_count; i++) {
		const struct pack_term *term = &place->terms[i];

		if (!term->step_count || (!i && !term->is_int))
			continue;
		put_steps(out, scene, term, term->step_count - 1);
		fputs(" && ", out);
	}
}

void generate_subject_tests(FILE *out, const struct scene *scene, const struct pack_place *place,
			    const char *test)
{
	put_pointers(out, scene, place);
	if (place->term_count > 1 && !place->terms[0].is_int)
		put_term(out, scene, &place->terms[0]);
	else
		fputs(test, out);
}

void generate_condition(FILE *out, const struct scene *scene,
			const struct pack_condition *condition)
{
	const struct pack_place *place = &condition->place;

	for (unsigned i = 0; i < place->term_count; i++) {
		const struct pack_term *term = &place->terms[i];

		if (!term->step_count)
			continue;
		put_steps(out, scene, term, term->step_count - 1);
		fputs(" && ", out);
	}
	fputs(condition->test == PACK_TEST_NULL ? "!(" : "(", out);
	generate_place(out, scene, place, false);
	fputs(")", out);
	if (condition->test == PACK_TEST_EQUAL || condition->test == PACK_TEST_DIFFERENT)
		fprintf(out, " %s (uint64_t)INT64_C(%" PRId64 ")",
			condition->test == PACK_TEST_EQUAL ? "==" : "!=", condition->number);
}

void generate_string(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '?')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

void generate_comment(FILE *out, const char *text)
{
	for (; *text; text++) {
		putc(*text, out);
		if ((text[0] == '*' && text[1] == '/') || (text[0] == '/' && text[1] == '*'))
			putc(' ', out);
	}
}

void generate_traits(FILE *out, uint32_t traits)
{
	const char *between = "";

	for (size_t i = 0; i < pack_words_trait.count; i++) {
		const struct schema_word *word = &pack_words_trait.rows[i];

		if (!(traits & word->number))
			continue;
		fprintf(out, "%sTRACK_", between);
		for (const char *at = word->name; *at; at++)
			putc(*at == '-' ? '_' : toupper((unsigned char)*at), out);
		between = " | ";
	}
	fputs(*between ? "" : "0", out);
}

const char *generate_kind(enum track_kind kind)
{
	/* clang-format off */
	static const char *const names[] = {
#define TRACK_KIND(id, name, plural, begun, over, rule, teller) "TRACK_KIND_" #id,
#include <track/kinds.def>
#undef TRACK_KIND
	};
	/* clang-format on */

	return names[kind];
}
