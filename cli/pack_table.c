/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_table.h"

#include <inttypes.h>
#include <pack/words.h>
#include <stdarg.h>
#include <string.h>
#include <track/track.h>

#define ACT_TEXT 256

/* A text that is written in pieces, and cut where it is full. */
struct line {
	char text[ACT_TEXT];
	size_t length;
};

static void __attribute__((format(printf, 2, 3)))
line_add(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->length;
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(line->text + line->length, room, format, list);
	va_end(list);
	if (length > 0)
		line->length += (size_t)length < room ? (size_t)length : room - 1;
}

static void add_place(struct line *line, const struct pack_place *place)
{
	for (unsigned i = 0; i < place->term_count; i++) {
		const struct pack_term *term = &place->terms[i];

		line_add(line, "%s", i ? "+" : "");
		switch (term->root) {
		case PACK_ROOT_RET:
			line_add(line, "ret");
			break;
		case PACK_ROOT_ARG:
			line_add(line, "arg%" PRId64, term->number);
			break;
		case PACK_ROOT_CALLBACK:
			line_add(line, "callback");
			break;
		case PACK_ROOT_NUMBER:
			line_add(line, "%" PRId64, term->number);
			break;
		}
		for (unsigned j = 0; j < term->step_count; j++)
			line_add(line, "[%d]", term->steps[j]);
		line_add(line, "%s", term->is_int ? ".int" : "");
	}
}

static void add_party(struct line *line, const char *word, const struct pack_party *party)
{
	if (!party->place.term_count)
		return;
	line_add(line, "%s%s ", word, party->class_name.text);
	add_place(line, &party->place);
}

static void add_condition(struct line *line, const struct pack_condition *condition)
{
	line_add(line, ", if %s", condition->test == PACK_TEST_NULL ? "!" : "");
	add_place(line, &condition->place);
	if (condition->test == PACK_TEST_EQUAL || condition->test == PACK_TEST_DIFFERENT)
		line_add(line, " %s %" PRId64,
			 condition->test == PACK_TEST_EQUAL ? "==" : "!=", condition->number);
}

static void act_text(const struct pack_act *act, struct line *line)
{
	line_add(line, "%s ", schema_words_name(&pack_words_op, act->op));
	add_party(line, "", &act->subject);
	add_party(line, " of ", &act->owner);
	add_party(line, " for ", &act->holder);
	add_party(line, " ", &act->other);
	if (act->by.text)
		line_add(line, " by %s", act->by.text);
	if (act->callback.line && act->op == PACK_OP_ARM)
		line_add(line, ", called is arg%u", act->callback.value);
	for (size_t i = 0; i < act->adopts.count; i++)
		line_add(line, "%s%s", i ? " " : ", adopts ", act->adopts.items[i].text);
	for (size_t i = 0; i < act->condition_count; i++)
		add_condition(line, &act->conditions[i]);
}

/* How the end of one of a class is known. */
static const char *end_of(const struct pack_class *class)
{
	if (class->notice.line)
		return class->notice.call.text;
	if (class->counter.line)
		return "its counter";
	if (class->traits & TRACK_ENDS_AT_ZERO)
		return "no reference left";
	return "its calls";
}

static void print_class(FILE *out, const struct pack_class *class)
{
	struct line traits = {.length = 0};

	for (size_t i = 0; i < pack_words_trait.count; i++)
		if (class->traits & pack_words_trait.rows[i].number)
			line_add(&traits, "%s%s", traits.length ? " " : "",
				 pack_words_trait.rows[i].name);
	fprintf(out, "  %-28s %-9s %-28s %s\n", class->name.text,
		schema_words_name(&pack_words_kind, class->kind), end_of(class), traits.text);
}

static void print_function(FILE *out, const struct pack_function *function)
{
	const char *name = function->symbol.text ? function->symbol.text : function->pattern.text;

	if (function->same_as.text)
		fprintf(out, "  %-36s as %s\n", name, function->same_as.text);
	for (size_t i = 0; i < function->act_count; i++) {
		struct line line = {.length = 0};

		act_text(&function->acts[i], &line);
		fprintf(out, "  %-36s %s\n", i ? "" : name, line.text);
	}
}

void pack_table_print(FILE *out, const struct pack *pack)
{
	fprintf(out, "%s: %s\n\nlibraries:\n", pack->name.text, pack->about.text);
	for (size_t i = 0; i < pack->library_count; i++) {
		const struct pack_library *library = &pack->libraries[i];

		fprintf(out, "  %s%s%s\n", library->soname.text, library->versions.text ? " " : "",
			library->versions.text ? library->versions.text : "");
	}
	fprintf(out, "\n%-30s %-9s %-28s %s\n", "classes:", "kind", "end known by", "traits");
	for (size_t i = 0; i < pack->class_count; i++)
		print_class(out, &pack->classes[i]);
	fputs("\nfunctions:\n", out);
	for (size_t i = 0; i < pack->function_count; i++)
		print_function(out, &pack->functions[i]);
	if (pack->process_life_count)
		fputs("\nas long as the process:\n", out);
	for (size_t i = 0; i < pack->process_life_count; i++)
		fprintf(out, "  %-36s %s (%s)\n", pack->process_life[i].function.text,
			pack->process_life[i].what.text, pack->process_life[i].library.text);
}

void pack_table_print_row(FILE *out, const struct pack *pack)
{
	fprintf(out, "%-14s %4zu functions %4zu classes  %s\n", pack->name.text,
		pack->function_count, pack->class_count, pack->about.text);
	for (size_t i = 0; i < pack->library_count; i++)
		fprintf(out, "%-14s %s\n", "", pack->libraries[i].soname.text);
}
