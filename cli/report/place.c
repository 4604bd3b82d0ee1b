/* SPDX-License-Identifier: Apache-2.0 */
#include "place.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A path that components are added to. */
struct building {
	char *path;
	size_t length;
};

/* Whether the last component can be taken back. */
static bool has_parent(const struct building *building)
{
	const char *slash = memrchr(building->path, '/', building->length);
	const char *last = slash ? slash + 1 : building->path;
	size_t length = building->length - (size_t)(last - building->path);

	return length > 0 && !(length == 2 && memcmp(last, "..", 2) == 0);
}

static void drop_last(struct building *building)
{
	const char *slash = memrchr(building->path, '/', building->length);

	building->length = slash ? (size_t)(slash - building->path) : 0;
}

static void add(struct building *building, const char *component, size_t length)
{
	/* What is too long for any system is cut. */
	if (building->length + length + 2 > PATH_MAX)
		return;
	if (building->length || building->path[0] == '/')
		building->path[building->length++] = '/';
	memcpy(building->path + building->length, component, length);
	building->length += length;
}

static void normalize(const char *file, char ret_path[PATH_MAX])
{
	struct building building = {ret_path, 0};
	bool absolute = file[0] == '/';

	ret_path[0] = absolute ? '/' : '\0';
	for (const char *at = file; *at; at += strspn(at, "/")) {
		size_t length = strcspn(at, "/");
		bool up = length == 2 && memcmp(at, "..", 2) == 0;

		if (up && has_parent(&building))
			drop_last(&building);
		else if (length && !(length == 1 && *at == '.') && !(up && absolute))
			add(&building, at, length);
		at += length;
	}
	if (absolute && !building.length)
		building.length = 1;
	ret_path[building.length] = '\0';
}

/* Where in path what lies below the root begins; NULL: it is not below. */
static const char *part_below(const char *path, const char *root)
{
	char base[PATH_MAX];
	size_t length;

	normalize(root, base);
	length = strcmp(base, "/") == 0 ? 0 : strlen(base);
	if (strncmp(path, base, length) != 0 || path[length] != '/' || !path[length + 1])
		return NULL;
	return path + length + 1;
}

static bool exists(const char *root, const char *path)
{
	char whole[2 * PATH_MAX];

	snprintf(whole, sizeof(whole), "%s/%s", root, path);
	return access(whole, F_OK) == 0;
}

static bool is_below(const char *path, const char *module, const char *root)
{
	char lying[PATH_MAX];

	if (!path[0] || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0)
		return false;
	if (!root || !module || module[0] != '/')
		return true;
	normalize(module, lying);
	return part_below(lying, root) || exists(root, path);
}

void place_init(struct place *place, const char *file, const char *module, const char *root)
{
	const char *part;

	normalize(file, place->path);
	if (place->path[0] == '/') {
		part = root ? part_below(place->path, root) : NULL;
		place->below = part != NULL;
		if (part)
			memmove(place->path, part, strlen(part) + 1);
		return;
	}
	place->below = is_below(place->path, module, root);
	if (!place->below)
		place->path[0] = '\0';
}

void place_uri(const struct place *place, char ret_uri[PLACE_URI_BYTES])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~/";
	static const char digits[] = "0123456789ABCDEF";
	char *to = ret_uri;

	if (place->path[0] == '/')
		to = stpcpy(to, "file://");
	for (const char *from = place->path; *from; from++) {
		unsigned char byte = (unsigned char)*from;

		if (strchr(plain, byte)) {
			*to++ = *from;
			continue;
		}
		*to++ = '%';
		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 15];
	}
	*to = '\0';
}
