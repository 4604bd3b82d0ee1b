/* SPDX-License-Identifier: Apache-2.0 */
#include "jit_name.h"

#include "path.h"

#include <base/text.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NAMELESS "(anonymous)"
#define FILE_SCHEME "file://"
#define REPLACEMENT_BYTES 3u /* what one invalid byte may become */

/* Kinds of code that have a source; behind them stands one mark of how it was compiled. */
static const char *const code_prefixes[] = {
	"JS:", "LazyCompile:", "Function:", "Script:", "Eval:", "Module:", "InterpretedFunction:",
};
static const char tier_marks[] = "~^+*'";

/* How a path begins, behind a name that may have spaces itself ("get port"). */
static const char *const path_starts[] = {" /", " node:", " file://", " http", " evalmachine."};

/* The text behind the prefix, or NULL for code without a source. */
static char *behind_prefix(char *name)
{
	for (size_t i = 0; i < sizeof(code_prefixes) / sizeof(code_prefixes[0]); i++) {
		size_t length = strlen(code_prefixes[i]);
		if (strncmp(name, code_prefixes[i], length) != 0)
			continue;
		name += length;
		return *name != '\0' && strchr(tier_marks, *name) != NULL ? name + 1 : name;
	}
	return NULL;
}

/* The space between name and path. */
static char *find_space(char *text)
{
	char *found = NULL;

	for (size_t i = 0; i < sizeof(path_starts) / sizeof(path_starts[0]); i++) {
		char *at = strstr(text, path_starts[i]);
		if (at != NULL && (found == NULL || at < found))
			found = at;
	}
	return found != NULL ? found : strrchr(text, ' ');
}

/* Cut ":NUMBER" off the end. False: it does not end so. */
static bool cut_number(char *text, int *ret_number)
{
	char *colon = strrchr(text, ':');
	char *end;

	if (colon == NULL || colon[1] < '0' || colon[1] > '9')
		return false;
	unsigned long number = strtoul(colon + 1, &end, 10);
	if (*end != '\0')
		return false;
	*colon = '\0';
	*ret_number = number > INT_MAX ? 0 : (int)number;
	return true;
}

/* "FILE:LINE:COLUMN" or "FILE:LINE". */
static void place(char *text, struct strings *strings, struct symbol_frame *frame)
{
	int last, line;

	if (!cut_number(text, &last))
		line = 0;
	else if (!cut_number(text, &line))
		line = last;
	if (strncmp(text, FILE_SCHEME, strlen(FILE_SCHEME)) == 0)
		text += strlen(FILE_SCHEME);
	char *tidy = path_tidy(NULL, text);
	if (tidy == NULL)
		return;
	frame->file = strings_keep(strings, tidy);
	frame->line = line;
	free(tidy);
}

static const char *keep_clean(struct strings *strings, const char *text)
{
	size_t length = strlen(text), capacity = length * REPLACEMENT_BYTES + 1;
	char *clean = malloc(capacity);
	const char *kept = NULL;

	if (clean != NULL) {
		text_clean(text, length, clean, capacity);
		kept = strings_keep(strings, clean);
	}
	free(clean);
	return kept;
}

/* CPython's (-X perf): "py::NAME:FILE", without a line. */
static bool python_frame(char *name, struct strings *strings, struct symbol_frame *frame)
{
	static const char prefix[] = "py::";
	char *colon;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return false;
	name += sizeof(prefix) - 1;
	colon = strchr(name, ':');
	if (colon != NULL) {
		*colon = '\0';
		place(colon + 1, strings, frame);
	}
	frame->function = keep_clean(strings, name);
	return true;
}

struct symbol_frame jit_name_frame(char *name, struct strings *strings)
{
	struct symbol_frame frame = {0};
	char *function;

	if (python_frame(name, strings, &frame))
		return frame;
	function = behind_prefix(name);

	if (function == NULL) {
		frame.function = keep_clean(strings, name);
		return frame;
	}
	char *space = find_space(function);
	if (space != NULL) {
		*space = '\0';
		place(space + 1, strings, &frame);
	}
	frame.function = keep_clean(strings, *function == '\0' ? NAMELESS : function);
	return frame;
}
