/* SPDX-License-Identifier: Apache-2.0 */
#include "source_url.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char *const schemes[] = {
#define SOURCE_SCHEME(scheme) scheme,
#include "source_schemes.def"
#undef SOURCE_SCHEME
};
/* clang-format on */

/* What follows "scheme://"; NULL: the scheme is none of them. */
static const char *behind_scheme(const char *template)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t length = strlen(schemes[i]);

		if (strncmp(template, schemes[i], length) == 0 &&
		    strncmp(template + length, "://", 3) == 0)
			return template + length + 3;
	}
	return NULL;
}

/* Characters that stand in a URL; the rest is written as %20. */
static bool is_plain(const char *template)
{
	for (; *template; template ++)
		if (*template <= ' ' || *template >= 0x7f || strchr("\"'<>\\^`|", *template))
			return false;
	return true;
}

/* {file}, and nothing else in braces but {line}. */
static bool has_places(const char *template)
{
	bool file = false;

	while (*(template += strcspn(template, "{}"))) {
		if (strncmp(template, "{file}", 6) != 0 && strncmp(template, "{line}", 6) != 0)
			return false;
		file |= template[1] == 'f';
		template += 6;
	}
	return file;
}

bool source_url_is_usable(const char *template)
{
	const char *host = behind_scheme(template);

	if (!host || !is_plain(template) || !has_places(template))
		return false;
	/* The host ends before the first place does begin. */
	return host[strcspn(host, "/?#{")] != '{';
}
