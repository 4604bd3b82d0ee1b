/* SPDX-License-Identifier: Apache-2.0 */
#include "dwo_search.h"

#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKAGE_SUFFIX ".dwp"
#define DEBUG_SUFFIX ".debug"

struct wanted {
	Dwarf_Die *skeleton;
	uint64_t id;
	struct dwo *dwo;
	Dwarf_Die die;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

void dwo_search_finish(struct dwo_search *search)
{
	dwo_file_close(search->package);
	search->package = NULL;
}

/* A piece of a path with its length; the pieces of one are joined as they are. */
struct part {
	const char *text;
	int bytes;
};

static struct part whole(const char *text)
{
	return (struct part){text, (int)strlen(text)};
}

static bool try_package(struct dwo_search *search, struct part folder, const char *slash,
			struct part name)
{
	char *path;

	if (asprintf(&path, "%.*s%s%.*s" PACKAGE_SUFFIX, folder.bytes, folder.text, slash,
		     name.bytes, name.text) < 0)
		return false;
	int error = dwo_file_open(path, &search->package);
	free(path);
	return error == 0;
}

static void find_package(struct dwo_search *search)
{
	const struct part nothing = {"", 0};
	struct part debug = whole(search->debug_file == NULL ? "" : search->debug_file);
	struct part name = whole(base_name(search->file));
	int suffix = (int)strlen(DEBUG_SUFFIX);

	search->looked = true;
	if (try_package(search, nothing, "", whole(search->file)))
		return;
	if (debug.bytes > 0 && try_package(search, nothing, "", debug))
		return;
	if (debug.bytes > suffix && strcmp(debug.text + debug.bytes - suffix, DEBUG_SUFFIX) == 0) {
		debug.bytes -= suffix;
		if (try_package(search, nothing, "", debug))
			return;
	}
	for (size_t i = 0; i < search->search->folder_count; i++) {
		const char *folder = search->search->folders[i];
		if (try_package(search, whole(folder), "", whole(search->file)))
			return;
		if (try_package(search, whole(folder), "/", name))
			return;
	}
}

/* folder / middle / name. */
static bool try_unit(struct wanted *wanted, struct part folder, const char *middle,
		     const char *name)
{
	struct dwo_file *file;
	char *path;

	if (asprintf(&path, "%.*s%s%s%s", folder.bytes, folder.text, middle,
		     (folder.bytes > 0 || *middle != '\0') && name[0] != '/' ? "/" : "", name) < 0)
		return false;
	int error = dwo_file_open(path, &file);
	free(path);
	if (error < 0)
		return false;
	error = dwo_create(file, wanted->skeleton, wanted->id, &wanted->dwo, &wanted->die);
	dwo_file_close(file);
	return error == 0;
}

static const char *text_of(Dwarf_Die *skeleton, unsigned name)
{
	Dwarf_Attribute attribute;

	return dwarf_attr(skeleton, name, &attribute) == NULL ? NULL : dwarf_formstring(&attribute);
}

static bool find_unit(const struct dwo_search *search, struct wanted *wanted)
{
	const char *name = text_of(wanted->skeleton, DW_AT_dwo_name);
	const char *folder = text_of(wanted->skeleton, DW_AT_comp_dir);
	struct part beside = {search->file, (int)(base_name(search->file) - search->file)};

	if (name == NULL)
		name = text_of(wanted->skeleton, DW_AT_GNU_dwo_name);
	if (name == NULL)
		return false;
	bool relative = name[0] != '/';
	const char *middle = relative && folder != NULL ? folder : "";
	if (relative && try_unit(wanted, beside, "", name))
		return true;
	if (search->search->sysroot != NULL &&
	    try_unit(wanted, whole(search->search->sysroot), middle, name))
		return true;
	if (try_unit(wanted, whole(""), middle, name))
		return true;
	for (size_t i = 0; i < search->search->folder_count; i++)
		if (try_unit(wanted, whole(search->search->folders[i]), middle, name) ||
		    try_unit(wanted, whole(search->search->folders[i]), "", base_name(name)))
			return true;
	return try_unit(wanted, beside, "", base_name(name));
}

int dwo_search_unit(struct dwo_search *search, Dwarf_Die *skeleton, struct dwo **ret_dwo,
		    Dwarf_Die *ret_die)
{
	struct wanted wanted = {.skeleton = skeleton};

	if (search->file == NULL ||
	    dwarf_cu_info(skeleton->cu, NULL, NULL, NULL, NULL, &wanted.id, NULL, NULL) != 0)
		return -ENOENT;
	if (!search->looked)
		find_package(search);
	if (search->package != NULL) {
		int error = dwo_create(search->package, skeleton, wanted.id, ret_dwo, ret_die);
		if (error == 0 || error == -ENOMEM)
			return error;
	}
	if (!find_unit(search, &wanted))
		return -ENOENT;
	*ret_dwo = wanted.dwo;
	*ret_die = wanted.die;
	return 0;
}
