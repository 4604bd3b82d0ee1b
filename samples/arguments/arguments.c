/* SPDX-License-Identifier: Apache-2.0 */
#include <arguments/arguments.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct argument *find(const struct argument *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(table[i].name, name))
			return &table[i];
	}
	return NULL;
}

static int parse_number(const struct argument *argument, const char *text,
			unsigned long *ret_number, char *ret_what)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number < argument->min ||
	    number > argument->max) {
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE,
			 "%s takes a number from %lu to %lu, not \"%s\"", argument->name,
			 argument->min, argument->max, text);
		return -EINVAL;
	}
	*ret_number = number;
	return 0;
}

static int parse_seconds(const struct argument *argument, const char *text, unsigned long *ret_ms,
			 char *ret_what)
{
	double least_s = (double)argument->min / 1000, most_s = (double)argument->max / 1000;
	char *end;
	double seconds = strtod(text, &end);

	if (((*text < '0' || *text > '9') && *text != '.') || *end || !(seconds >= least_s) ||
	    !(seconds <= most_s)) {
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE,
			 "%s takes seconds from %g to %g, not \"%.40s\"", argument->name, least_s,
			 most_s, text);
		return -EINVAL;
	}
	*ret_ms = (unsigned long)(seconds * 1000 + 0.5);
	return 0;
}

static int add_text(const struct argument *argument, const char *text, struct argument_list *list,
		    char *ret_what)
{
	if (list->count == ARGUMENT_LIST_MAX) {
		snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "%s may be given %d times", argument->name,
			 ARGUMENT_LIST_MAX);
		return -EINVAL;
	}
	list->texts[list->count++] = text;
	return 0;
}

/* value NULL: of a flag. */
static int set(const struct argument *argument, const char *value, void *options, char *ret_what)
{
	void *field = (char *)options + argument->offset;

	switch (argument->kind) {
	case ARGUMENT_FLAG:
		*(bool *)field = true;
		return 0;
	case ARGUMENT_TEXT:
		*(const char **)field = value;
		return 0;
	case ARGUMENT_NUMBER:
		return parse_number(argument, value, field, ret_what);
	case ARGUMENT_SECONDS:
		return parse_seconds(argument, value, field, ret_what);
	case ARGUMENT_LIST:
		return add_text(argument, value, field, ret_what);
	}
	return -EINVAL;
}

int arguments_parse(const struct argument *table, size_t count, int argc, char **argv,
		    void *options, char ret_what[ARGUMENTS_WHAT_SIZE])
{
	for (int i = 1; i < argc; i++) {
		const struct argument *argument = find(table, count, argv[i]);
		const char *value = NULL;

		if (!argument) {
			snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "there is no option %s", argv[i]);
			return -EINVAL;
		}
		if (argument->kind != ARGUMENT_FLAG)
			value = argv[++i];
		if (argument->kind != ARGUMENT_FLAG && !value) {
			snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "%s needs %s", argument->name,
				 argument->value);
			return -EINVAL;
		}
		if (set(argument, value, options, ret_what))
			return -EINVAL;
	}
	return 0;
}

void arguments_print(const struct argument *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s%s%s", table[i].name, table[i].value ? " " : "",
			 table[i].value ? table[i].value : "");
		printf("  %-22s %s\n", name, table[i].help);
	}
}
