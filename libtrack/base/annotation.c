/* SPDX-License-Identifier: Apache-2.0 */
#include <base/annotation.h>
#include <stddef.h>
#include <string.h>

#define HEADER "track.h"
#define FOLDER "/track/"

static bool starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

bool annotation_is(const char *function, const char *file)
{
	size_t length = file != NULL ? strlen(file) : 0;
	size_t end = strlen(HEADER), path = strlen(FOLDER HEADER);

	if (length < end || strcmp(file + length - end, HEADER) != 0)
		return false;
	if (length >= path && strcmp(file + length - path, FOLDER HEADER) == 0)
		return true;
	/* A header of that name may be another's: of media tracks. */
	return (length == end || file[length - end - 1] == '/') && function != NULL &&
	       (starts(function, "track_") || starts(function, "track::"));
}
