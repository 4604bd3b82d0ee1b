/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include "crc32.h"
#include "image.h"
#include "regular.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_FOLDER "/usr/lib/debug"
#define DELETED_SUFFIX " (deleted)" /* the kernel's, behind the path of an unlinked file */
#define BUILD_ID_BYTES_MAX 64u

static int add_folder(struct search *search, const char *root, const char *folder, size_t bytes)
{
	char **folders;

	if (bytes == 0)
		return 0;
	folders = reallocarray(search->folders, search->folder_count + 1, sizeof(*search->folders));
	if (folders == NULL)
		return -ENOMEM;
	search->folders = folders;
	if (asprintf(&folders[search->folder_count], "%s%.*s", root, (int)bytes, folder) < 0)
		return -ENOMEM;
	search->folder_count++;
	return 0;
}

static int add_folders(struct search *search, const char *list)
{
	int error = 0;

	while (error == 0 && list != NULL && *list != '\0') {
		size_t bytes = strcspn(list, ":");
		error = bytes < PATH_MAX ? add_folder(search, "", list, bytes) : 0;
		list += bytes + (list[bytes] == ':');
	}
	return error;
}

int search_init(struct search *search, const struct symbol_search *given)
{
	struct search made = {0};
	int error = 0;

	if (given != NULL && given->sysroot != NULL) {
		made.sysroot = strdup(given->sysroot);
		error = made.sysroot == NULL ? -ENOMEM : 0;
	}
	if (error == 0 && given != NULL)
		error = add_folders(&made, given->debug_folders);
	if (error == 0 && made.sysroot != NULL)
		error = add_folder(&made, made.sysroot, SYSTEM_FOLDER, strlen(SYSTEM_FOLDER));
	if (error == 0)
		error = add_folder(&made, "", SYSTEM_FOLDER, strlen(SYSTEM_FOLDER));
	if (error < 0) {
		search_finish(&made);
		return error;
	}
	*search = made;
	return 0;
}

void search_finish(struct search *search)
{
	for (size_t i = 0; i < search->folder_count; i++)
		free(search->folders[i]);
	free(search->folders);
	free(search->sysroot);
	*search = (struct search){0};
}

/* One look at root + the first bytes of path. The worst that a look finds is what is told. */
static bool look(const char *root, const char *path, size_t bytes, const uint8_t *build_id,
		 size_t build_id_bytes, int *error, char **ret_file)
{
	char *file;
	int fd, result;

	if (bytes >= PATH_MAX || asprintf(&file, "%s%.*s", root, (int)bytes, path) < 0)
		return false;
	result = image_open(file, build_id, build_id_bytes, &fd);
	if (result == 0) {
		close(fd);
		*ret_file = file;
		return true;
	}
	free(file);
	if (*error == -ENOENT)
		*error = result == -ENOTDIR ? -ENOENT : result;
	return false;
}

/* The length of path without the kernel's suffix, or 0 if it has none. */
static size_t undeleted_length(const char *path)
{
	size_t bytes = strlen(path), suffix = strlen(DELETED_SUFFIX);

	if (bytes <= suffix || strcmp(path + bytes - suffix, DELETED_SUFFIX) != 0)
		return 0;
	return bytes - suffix;
}

static bool look_below(const char *root, const char *path, const uint8_t *build_id,
		       size_t build_id_bytes, int *error, char **ret_file)
{
	size_t undeleted = undeleted_length(path);

	if (look(root, path, strlen(path), build_id, build_id_bytes, error, ret_file))
		return true;
	return undeleted > 0 && build_id_bytes > 0 &&
	       look(root, path, undeleted, build_id, build_id_bytes, error, ret_file);
}

int search_module(const struct search *search, const char *path, const uint8_t *build_id,
		  size_t build_id_bytes, char **ret_file)
{
	static const char *const suffixes[] = {"", ".debug"};
	int error = -ENOENT;

	/* "[vdso]" and the like are no paths. */
	if (search->sysroot != NULL && path[0] == '/' &&
	    look_below(search->sysroot, path, build_id, build_id_bytes, &error, ret_file))
		return 0;
	if ((search->sysroot == NULL || build_id_bytes > 0) &&
	    look_below("", path, build_id, build_id_bytes, &error, ret_file))
		return 0;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		int fd = search_build_id(search, build_id, build_id_bytes, suffixes[i], ret_file);
		if (fd < 0)
			continue;
		close(fd);
		return 0;
	}
	return error;
}

int search_build_id(const struct search *search, const uint8_t *build_id, size_t build_id_bytes,
		    const char *suffix, char **ret_file)
{
	char name[2 * BUILD_ID_BYTES_MAX + 2];
	size_t used = 0;

	if (build_id_bytes < 2 || build_id_bytes > BUILD_ID_BYTES_MAX)
		return -1;
	for (size_t i = 0; i < build_id_bytes; i++)
		used += (size_t)sprintf(name + used, i == 0 ? "%02x/" : "%02x", build_id[i]);
	for (size_t i = 0; i < search->folder_count; i++) {
		char *file;
		int fd;
		if (asprintf(&file, "%s/.build-id/%s%s", search->folders[i], name, suffix) < 0)
			return -1;
		if (image_open(file, build_id, build_id_bytes, &fd) == 0) {
			*ret_file = file;
			return fd;
		}
		free(file);
	}
	return -1;
}

/* folder + behind + link, if it has the checksum. */
static int open_linked(const char *folder, const char *behind, int behind_bytes, const char *link,
		       uint32_t crc, char **ret_file)
{
	char *file;
	int fd;

	if (asprintf(&file, "%s%.*s/%s", folder, behind_bytes, behind, link) < 0)
		return -1;
	if (regular_open(file, &fd) == 0) {
		if (crc32_is(fd, crc)) {
			*ret_file = file;
			return fd;
		}
		close(fd);
	}
	free(file);
	return -1;
}

int search_link(const struct search *search, const char *file, const char *link, uint32_t crc,
		char **ret_file)
{
	const char *slash = strrchr(file, '/');
	int bytes = slash == NULL ? 0 : (int)(slash - file);
	size_t root = search->sysroot == NULL ? 0 : strlen(search->sysroot);
	int fd;

	/* A link is a bare file name; one with folders in it may lead anywhere. */
	if (link[0] == '\0' || strchr(link, '/') != NULL || strlen(file) >= PATH_MAX)
		return -1;
	char *folder = slash == NULL ? strdup(".") : strndup(file, (size_t)bytes);
	if (folder == NULL)
		return -1;
	fd = open_linked(folder, "", 0, link, crc, ret_file);
	if (fd < 0)
		fd = open_linked(folder, "/.debug", 7, link, crc, ret_file);
	free(folder);
	/* Debug folders repeat the paths of the system that they are for. */
	bool below = root > 0 && (size_t)bytes >= root && strncmp(file, search->sysroot, root) == 0;
	for (size_t i = 0; fd < 0 && i < search->folder_count; i++) {
		if (file[0] == '/')
			fd = open_linked(search->folders[i], file, bytes, link, crc, ret_file);
		if (fd < 0 && below)
			fd = open_linked(search->folders[i], file + root, bytes - (int)root, link,
					 crc, ret_file);
		if (fd < 0)
			fd = open_linked(search->folders[i], "", 0, link, crc, ret_file);
	}
	return fd;
}
