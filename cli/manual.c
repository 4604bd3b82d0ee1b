/* SPDX-License-Identifier: Apache-2.0 */
#include "manual.h"

#include <report/format.h>
#include <report/rules.h>
#include <stdbool.h>
#include <string.h>
#include <track/wire.h>

#include "environment.h"
#include "options.h"
#include "topics.h"

struct row {
	const char *name;
	const char *text;
};

/* clang-format off */
static const struct row exits[] = {
#define EXIT_ROW(id, number, written, text_) { .name = written, .text = text_ },
#include "exits.def"
#undef EXIT_ROW
};

#define FAILS_ALWAYS "fails a gate: "
#define FAILS_STRICT "fails a gate with --strict: "
#define FAILS_NEVER "fails no gate: "
static const struct row states[] = {
#define TRACK_FINDING_STATE(id, name_, fails, text_) { .name = name_, .text = FAILS_##fails text_ },
#include <track/finding_states.def>
#undef TRACK_FINDING_STATE
};

static const struct row notes[] = {
#define TRACK_NOTE(id, name_, weight, text_) { .name = name_, .text = #weight ": " text_ },
#include <track/notes.def>
#undef TRACK_NOTE
};

static const struct row calls[] = {
#define TRACK_CALL(function, group) { .name = group, .text = #function },
#include <track/calls.def>
#undef TRACK_CALL
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* roff takes a backslash, and a dot or quote that begins a line, for its own. */
static void escape(FILE *stream, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stream);
	for (; *text; text++)
		if (*text == '\\')
			fputs("\\e", stream);
		else if (*text == '-')
			fputs("\\-", stream);
		else
			fputc(*text, stream);
}

static void item(FILE *stream, const struct row *row)
{
	fputs(".TP\n\\fB", stream);
	escape(stream, row->name);
	fputs("\\fR\n", stream);
	escape(stream, row->text);
	fputc('\n', stream);
}

static void items(FILE *stream, const char *title, const char *lead, const struct row *rows,
		  size_t count)
{
	fprintf(stream, ".SH %s\n", title);
	if (lead)
		fprintf(stream, "%s\n", lead);
	for (size_t i = 0; i < count; i++)
		item(stream, &rows[i]);
}

static void option(FILE *stream, const struct option_row *row)
{
	char help[OPTION_TEXT_SIZE];

	fputs(".TP\n", stream);
	if (row->letter)
		fprintf(stream, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", stream);
	escape(stream, row->name);
	fputs("\\fR", stream);
	if (row->argument)
		fprintf(stream, " \\fI%s\\fR", row->argument);
	fputc('\n', stream);
	escape(stream, option_help(row, help));
	fputc('\n', stream);
}

static void synopsis(FILE *stream)
{
	fputs(".SH SYNOPSIS\n", stream);
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		fprintf(stream, "%s\\fBrtctrack %s\\fR ", i ? ".br\n" : "", command_table[i].name);
		escape(stream, command_table[i].synopsis);
		fputc('\n', stream);
	}
}

static void commands(FILE *stream)
{
	fputs(".SH COMMANDS\n", stream);
	for (size_t i = 0; i < COMMAND__COUNT; i++) {
		fprintf(stream, ".SS %s: ", command_table[i].name);
		escape(stream, command_table[i].summary);
		fputc('\n', stream);
		escape(stream, command_table[i].description);
		fputc('\n', stream);
		for (const struct option_row *row = option_table; row->name; row++)
			if (option_is_shown(row, &command_table[i]))
				option(stream, row);
	}
}

static void rules(FILE *stream)
{
	fputs(".SH RULES\n", stream);
	for (size_t i = 0; report_rule_names[i]; i++)
		item(stream, &(struct row){report_rule_names[i], report_rule_texts[i]});
}

static void formats(FILE *stream)
{
	fputs(".SH FORMATS\nA report comes in one of these, by \\fB\\-\\-format\\fR:\n", stream);
	for (const struct report_format *format = report_formats; format->name; format++)
		item(stream, &(struct row){.name = format->name, .text = format->text});
}

/* Rows of one group follow each other. */
static void wrapped_functions(FILE *stream)
{
	fputs(".SH WHAT IS RECORDED\n"
	      "These functions are followed in the program and its children:\n",
	      stream);
	for (size_t i = 0; i < COUNT(calls); i++) {
		bool first = i == 0 || strcmp(calls[i].name, calls[i - 1].name) != 0;

		if (first)
			fprintf(stream, "%s.TP\n\\fB%s\\fR\n", i ? "\n" : "", calls[i].name);
		else
			fputs(", ", stream);
		escape(stream, calls[i].text);
	}
	fputc('\n', stream);
}

static void environment(FILE *stream)
{
	char text[1024];

	fputs(".SH ENVIRONMENT\n", stream);
	for (const struct environment_row *row = environment_table; row->name; row++) {
		environment_text(row, text, sizeof(text));
		item(stream, &(struct row){.name = row->name, .text = text});
	}
}

static void topic(FILE *stream, const struct topic *topic)
{
	bool example = false;

	fprintf(stream, ".SH %s\n", topic->heading);
	for (const struct topic_row *row = topic->rows; row->text; row++) {
		if (row->example != example)
			fputs(row->example ? ".PP\n.nf\n.RS\n" : ".RE\n.fi\n", stream);
		if (!row->example)
			fputs(".PP\n", stream);
		example = row->example;
		escape(stream, row->text);
		fputc('\n', stream);
	}
	if (example)
		fputs(".RE\n.fi\n", stream);
}

void manual_print(FILE *stream)
{
	fprintf(stream,
		".\\\" made by 'rtctrack help --manual'\n.TH RTCTRACK 1 \"\" \"rtctrack %s\"\n",
		RTCTRACK_VERSION);
	fputs(".SH NAME\nrtctrack \\- what a program left open, and who opened it\n", stream);
	synopsis(stream);
	fputs(".SH DESCRIPTION\n"
	      "Records the lifetimes of descriptors and threads of a program that nobody has to\n"
	      "rebuild, and reports what is still alive that should be gone, with the call stack\n"
	      "that made it.\n",
	      stream);
	commands(stream);
	formats(stream);
	rules(stream);
	items(stream, "STATES", "What a finding is, the gravest first:", states, COUNT(states));
	wrapped_functions(stream);
	items(stream, "COVERAGE",
	      "What a recording could not see is counted, and reported by these notes.\n"
	      "LOST means that evidence is missing and no clean verdict is given.",
	      notes, COUNT(notes));
	items(stream, "EXIT STATUS", NULL, exits, COUNT(exits));
	for (const struct topic *one = topic_table; one->name; one++)
		topic(stream, one);
	environment(stream);
}
