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
			unsigned long *ret_number)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || number < argument->min ||
	    number > argument->max)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

static int set(const struct argument *argument, const char *value, void *options)
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
		return value ? parse_number(argument, value, field) : -EINVAL;
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
		if (argument->value)
			value = argv[++i];
		if (argument->value && !value) {
			snprintf(ret_what, ARGUMENTS_WHAT_SIZE, "%s needs %s", argument->name,
				 argument->value);
			return -EINVAL;
		}
		if (set(argument, value, options)) {
			snprintf(ret_what, ARGUMENTS_WHAT_SIZE,
				 "%s takes a number from %lu to %lu, not \"%s\"", argument->name,
				 argument->min, argument->max, value);
			return -EINVAL;
		}
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
