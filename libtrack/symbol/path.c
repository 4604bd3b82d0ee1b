/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <base/text.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES_MAX 16384
#define REPLACEMENT_BYTES 3u /* what one invalid byte may become */

/* Where the last part of out begins: behind its last slash, or 0. */
static size_t last_part(const char *out, size_t length)
{
	while (length > 0 && out[length - 1] != '/')
		length--;
	return length;
}

/* Take the part before away again. False if there is none that could be. */
static bool go_up(const char *out, size_t root, size_t *length)
{
	if (*length == root)
		return root > 0; /* the parent of / is / */
	size_t begin = last_part(out, *length);
	if (*length - begin == 2 && memcmp(out + begin, "..", 2) == 0)
		return false;
	*length = begin > root ? begin - 1 : root;
	return true;
}

/* In place: the result is never longer. */
static size_t collapse(char *path)
{
	size_t root = path[0] == '/' ? 1 : 0;
	size_t length = root;
	const char *part = path + root;

	while (*part != '\0') {
		size_t bytes = strcspn(part, "/");
		const char *next = part + bytes + (part[bytes] == '/');
		bool nothing = bytes == 0 || (bytes == 1 && part[0] == '.');
		bool up = bytes == 2 && part[0] == '.' && part[1] == '.';
		if (!nothing && !(up && go_up(path, root, &length))) {
			if (length > root)
				path[length++] = '/';
			memmove(path + length, part, bytes);
			length += bytes;
		}
		part = next;
	}
	return length;
}

char *path_tidy(const char *folder, const char *path)
{
	bool joins = folder != NULL && folder[0] == '/' && path[0] != '/' && path[0] != '\0';
	char *joined = NULL, *clean = NULL;

	if (asprintf(&joined, "%.*s/%.*s", PATH_BYTES_MAX, joins ? folder : "", PATH_BYTES_MAX,
		     path) < 0)
		return NULL;
	const char *raw = joins ? joined : joined + 1;
	size_t capacity = strlen(raw) * REPLACEMENT_BYTES + 1;
	clean = malloc(capacity);
	if (clean == NULL)
		goto out;
	text_clean(raw, strlen(raw), clean, capacity);
	size_t length = collapse(clean);
	clean[length] = '\0';
	if (length == 0) {
		free(clean);
		clean = NULL;
	}
out:
	free(joined);
	return clean;
}
