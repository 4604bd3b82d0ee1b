/* SPDX-License-Identifier: Apache-2.0 */
#include "junit_class.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_stack.h"

#define NAME_MOST 100 /* bytes of a program's or trace's name */

/* The base name without its ending. Readers part names at dots. */
static void mangle(const char *path, const char *ending, char ret_name[NAME_MOST + 1])
{
	size_t length;

	snprintf(ret_name, NAME_MOST + 1, "%.*s", NAME_MOST, text_base_name(path));
	length = strlen(ret_name);
	if (length > strlen(ending) && strcmp(ret_name + length - strlen(ending), ending) == 0)
		ret_name[length - strlen(ending)] = '\0';
	for (char *at = ret_name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("_-+", *at))
			*at = '_';
}

static char *class_of(const struct report *report, bool several)
{
	const char *command = report->command ? report->command : "";
	char *first = strndup(command, strcspn(command, " "));
	char program[NAME_MOST + 1], trace[NAME_MOST + 1] = "", *name;

	if (!first)
		return NULL;
	mangle(first[0] ? first : "recordings", "", program);
	if (several && report->trace_path)
		mangle(report->trace_path, ".db", trace);
	if (asprintf(&name, "rtctrack.%s%s%s", program, trace[0] ? "." : "", trace) < 0)
		name = NULL;
	free(first);
	return name;
}

static bool is_taken(char *const *classes, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(classes[i], name) == 0)
			return true;
	return false;
}

/* With the number of its report behind it, where traces of equal names lie in several folders. */
static char *unused(char *const *classes, size_t count, char *name)
{
	char *numbered;

	if (!name || !is_taken(classes, count, name))
		return name;
	for (size_t number = count + 1;; number++) {
		if (asprintf(&numbered, "%s-%zu", name, number) < 0) {
			numbered = NULL;
			break;
		}
		if (!is_taken(classes, count, numbered))
			break;
		free(numbered);
	}
	free(name);
	return numbered;
}

int junit_classes(struct report *const *reports, size_t count, char ***ret_classes)
{
	char **classes = calloc(count + 1, sizeof(*classes));

	if (!classes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		classes[i] = unused(classes, i, class_of(reports[i], count > 1));
		if (!classes[i]) {
			junit_classes_free(classes, i);
			return -ENOMEM;
		}
	}
	*ret_classes = classes;
	return 0;
}

void junit_classes_free(char **classes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(classes[i]);
	free(classes);
}
