/* SPDX-License-Identifier: Apache-2.0 */
#include "name_pattern.h"

#include <string.h>

#define LITERAL_MIN 4

/* What manglings write otherwise: types, words of the language, what a demangler says itself. */
/* clang-format off */
static const char *const written_otherwise[] = {
	"_BitInt", "_Complex", "_Float", "_Float128", "_Float16", "_Imaginary", "__float128",
	"__int128", "alignof", "allocator", "anonymous", "arg", "array", "auto",
	"basic_iostream", "basic_istream", "basic_ostream", "basic_string", "bool", "char",
	"char16_t", "char32_t", "char8_t", "char_traits", "clone", "closure", "co_await",
	"complex", "const", "const_cast", "construction", "covariant", "decimal128", "decimal32",
	"decimal64", "decltype", "default", "delete", "double", "dynamic_cast", "extern",
	"fallback", "false", "float", "global", "guard", "half", "imaginary", "impl",
	"initializer", "instance", "iostream", "isize", "istream", "lambda", "long", "method",
	"mut", "namespace", "noexcept", "nullptr", "operator", "ostream", "parameter",
	"reference", "reinterpret_cast", "requires", "restrict", "return", "shim", "short",
	"signed", "sizeof", "static", "static_cast", "string", "structure", "table", "template",
	"temporary", "this", "throw", "thunk", "transaction", "true", "type", "typeid",
	"typeinfo", "typename", "unnamed", "unsafe", "unsigned", "usize", "variable", "virtual",
	"void", "volatile", "vtable", "wchar_t",
};
/* clang-format on */

bool name_matches(const char *name, const char *pattern)
{
	const char *star = NULL, *resume = NULL;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			resume = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Part of an identifier that is longer, or that manglings spell. */
static bool joins(char c)
{
	return c == '*' || (unsigned char)c >= 0x80;
}

static bool is_written_so(const char *word, size_t bytes)
{
	if (word[0] >= '0' && word[0] <= '9')
		return false;
	for (size_t i = 0; i < sizeof(written_otherwise) / sizeof(written_otherwise[0]); i++)
		if (strlen(written_otherwise[i]) == bytes &&
		    memcmp(written_otherwise[i], word, bytes) == 0)
			return false;
	return true;
}

size_t name_pattern_literal(const char *pattern, const char **ret_literal)
{
	size_t best = 0, bytes;

	for (const char *word = pattern; *word != '\0'; word += bytes) {
		bytes = 0;
		while (is_word(word[bytes]))
			bytes++;
		bool whole = !joins(word[bytes]) && (word == pattern || !joins(word[-1]));
		if (bytes > best && bytes >= LITERAL_MIN && whole && is_written_so(word, bytes)) {
			*ret_literal = word;
			best = bytes;
		}
		bytes += bytes == 0;
	}
	return best;
}
