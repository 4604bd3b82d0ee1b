/* SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <string.h>

struct pattern pattern_whole(const char *text)
{
	return (struct pattern){
		.text = text, .length = strlen(text), .from_start = true, .to_end = true};
}

struct pattern pattern_part(const char *text, size_t length)
{
	struct pattern pattern = {.text = text, .length = length};

	if (pattern.length && pattern.text[0] == '^') {
		pattern.from_start = true;
		pattern.text++;
		pattern.length--;
	}
	if (pattern.length && pattern.text[pattern.length - 1] == '$') {
		pattern.to_end = true;
		pattern.length--;
	}
	return pattern;
}

bool pattern_is_anything(const struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->length; i++)
		if (pattern->text[i] != '*')
			return false;
	return pattern->length > 0;
}

/* Goes back to the last * only: what earlier ones took, it could take as well. */
bool pattern_fits(const struct pattern *pattern, const char *text)
{
	size_t at = 0, after_star = 0;
	const char *star_text = pattern->from_start ? NULL : text;

	if (!text || !*text)
		return pattern_is_anything(pattern);
	while (*text) {
		if (at < pattern->length && pattern->text[at] == '*') {
			after_star = ++at;
			star_text = text;
		} else if (at == pattern->length && !pattern->to_end) {
			return true;
		} else if (at < pattern->length && pattern->text[at] == *text) {
			at++;
			text++;
		} else if (star_text) {
			at = after_star;
			text = ++star_text;
		} else {
			return false;
		}
	}
	while (at < pattern->length && pattern->text[at] == '*')
		at++;
	return at == pattern->length;
}

bool pattern_fits_path(const struct pattern *pattern, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return pattern_fits(pattern, path) || (slash && pattern_fits(pattern, slash + 1));
}
