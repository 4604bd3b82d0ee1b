/* SPDX-License-Identifier: Apache-2.0 */
#include "demangle.h"

#include <base/text.h>

#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SYMBOL_BYTES_MAX 65536u
#define OPTIONS (DMGL_AUTO | DMGL_ANSI)
#define NAME_BYTES_USUAL 256u
#define REPLACEMENT_BYTES 3u /* what one invalid byte may become */

/* Suffixes of clones by GCC and LLVM. Behind a last dot comes a number. */
static const char *const clone_suffixes[] = {
	".part.", ".isra.", ".constprop.", ".cold", ".lto_priv.", ".localalias", ".llvm.",
};

static bool is_clone_suffix(const char *text)
{
	for (size_t i = 0; i < sizeof(clone_suffixes) / sizeof(clone_suffixes[0]); i++) {
		size_t length = strlen(clone_suffixes[i]);
		if (strncmp(text, clone_suffixes[i], length) != 0)
			continue;
		bool numbered = clone_suffixes[i][length - 1] == '.';
		char next = text[length];
		if (numbered ? next >= '0' && next <= '9' : next == '\0' || next == '.')
			return true;
	}
	return false;
}

/* The length of a symbol without clone suffixes and version. */
static size_t plain_length(const char *symbol)
{
	size_t length = strnlen(symbol, SYMBOL_BYTES_MAX);

	for (size_t i = 1; i < length; i++) {
		if (symbol[i] == '@')
			return i;
		/* Two dots are "::" in a legacy Rust name: core..cold..main is no clone. */
		if (symbol[i] == '.' && symbol[i - 1] != '.' && is_clone_suffix(symbol + i))
			return i;
	}
	return length;
}

const char *demangle_clone(const char *symbol)
{
	const char *rest = symbol + plain_length(symbol);

	return *rest == '.' ? rest : NULL;
}

/* What the demangler says so far. */
struct output {
	jmp_buf enough;
	char *text;
	size_t bytes;
	size_t capacity;
};

/* It has no other end before its own: a name of 100 bytes may stand for one of many gigabytes. */
static void append(const char *text, size_t bytes, void *ctx)
{
	struct output *output = ctx;

	if (bytes >= SYMBOL_BYTES_MAX - output->bytes)
		longjmp(output->enough, 1);
	if (output->bytes + bytes >= output->capacity) {
		size_t capacity = 2 * (output->bytes + bytes) + NAME_BYTES_USUAL;
		char *grown = realloc(output->text, capacity);
		if (grown == NULL)
			longjmp(output->enough, 1);
		output->text = grown;
		output->capacity = capacity;
	}
	memcpy(output->text + output->bytes, text, bytes);
	output->bytes += bytes;
	output->text[output->bytes] = '\0';
}

/* Rust's older names are sound C++ names too. */
static bool demangle(struct output *output, const char *symbol, int options)
{
	if (setjmp(output->enough) != 0)
		return false;
	if (rust_demangle_callback(symbol, options, append, output))
		return true;
	output->bytes = 0;
	return cplus_demangle_v3_callback(symbol, options, append, output);
}

/* NULL: it is no such name, its meaning is too long, or no memory. */
static char *demangle_with(const char *symbol, int options)
{
	struct output output = {.text = NULL};

	if (strnlen(symbol, SYMBOL_BYTES_MAX) < SYMBOL_BYTES_MAX &&
	    demangle(&output, symbol, options) && output.bytes > 0)
		return output.text;
	free(output.text);
	return NULL;
}

char *demangle_whole(const char *symbol)
{
	return demangle_with(symbol, OPTIONS | DMGL_PARAMS | DMGL_RET_DROP);
}

char *demangle_symbol(const char *symbol)
{
	char *plain = strndup(symbol, plain_length(symbol));
	char *demangled = NULL, *clean = NULL;

	if (plain == NULL || plain[0] == '\0')
		goto out;
	demangled = demangle_with(plain, OPTIONS);
	const char *name = demangled != NULL ? demangled : plain;
	size_t length = strnlen(name, SYMBOL_BYTES_MAX);
	clean = malloc(length * REPLACEMENT_BYTES + 1);
	if (clean != NULL)
		text_clean(name, length, clean, length * REPLACEMENT_BYTES + 1);
out:
	free(demangled);
	free(plain);
	return clean;
}
