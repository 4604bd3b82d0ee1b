/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_choice.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dependencies.h"
#include "options.h"
#include "pack_object.h"
#include "pack_symbols.h"
#include "pack_variant.h"
#include "packs.h"
#include "program.h"
#include "run_folder.h"
#include "say.h"

/* Where the objects lie as seen from the shim: build tree, then installed. */
static const char *const places[] = {"../packs", "packs"};

/* While it is chosen. */
struct choosing {
	const struct options *options;
	const struct program *program;
	const char *run_folder;
	char folder[PATH_MAX]; /* of the objects that are there, "" none */
	bool has_own_folder;   /* it is one of the run's own */
	struct packs packs;
	struct dependencies needed; /* once list_needed was called */
	bool listed;
	FILE *objects, *later;
};

int pack_choice_folder(const char *shim_path, char ret_folder[PATH_MAX])
{
	const char *slash = strrchr(shim_path, '/');
	char path[PATH_MAX + 16], real[PATH_MAX];

	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - shim_path), shim_path,
			 places[i]);
		if (!realpath(path, real) || access(real, X_OK) < 0)
			continue;
		memcpy(ret_folder, real, strlen(real) + 1);
		return 0;
	}
	return -ENOENT;
}

bool pack_choice_has(const char *folder, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/libtrack-%s.so", folder, name);
	return access(path, R_OK) == 0;
}

static void add(FILE *list, const char *before, const char *path)
{
	fprintf(list, "%s%s%s", ftell(list) > 0 ? ":" : "", before, path);
}

/* Into the program, and into whatever it starts. */
static int force(struct choosing *choosing, const char *path)
{
	if (strpbrk(path, " :")) {
		say("LD_PRELOAD would split it there; move it, or choose another --spool-dir",
		    "cannot preload '%s': its path holds a space or a colon", path);
		return -EINVAL;
	}
	add(choosing->objects, "", path);
	add(choosing->later, "+", path);
	return 0;
}

static int force_object(struct choosing *choosing, const char *name)
{
	char real[PATH_MAX];

	if (!realpath(name, real) || access(real, R_OK) < 0) {
		int error = errno;

		say(NULL, "cannot open '%s': %s", name, strerror(error));
		return -error;
	}
	return force(choosing, real);
}

void pack_choice_tell_error(const char *name, const struct schema_error *error)
{
	if (error->line)
		say(NULL, "%s:%u: %s", name, error->line, error->text);
	else
		say(NULL, "%s: %s", name, error->text);
}

/* A loader that cannot list them leaves the packs to --pack. */
static const struct dependencies *list_needed(struct choosing *choosing)
{
	if (!choosing->listed && choosing->program->loader[0])
		dependencies_list(choosing->program->loader, choosing->program->path,
				  &choosing->needed);
	choosing->listed = true;
	return &choosing->needed;
}

/* A function that is written otherwise in the library is never seen: its owner should know. */
static void warn_of_symbols(struct choosing *choosing, const char *name)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack = NULL;

	if (choosing->options->quiet || pack_read(name, &pack, &errors) < 0) {
		schema_errors_clear(&errors);
		return;
	}
	pack_symbols_check_program(pack, list_needed(choosing), &errors);
	for (size_t i = 0; i < errors.count; i++)
		pack_choice_tell_error(name, &errors.items[i]);
	schema_errors_clear(&errors);
	pack_free(pack);
}

static int force_file(struct choosing *choosing, const char *name, size_t number)
{
	struct schema_errors errors = {.count = 0};
	char path[PATH_MAX + 32];
	int r;

	snprintf(path, sizeof(path), "%s/pack-%zu.so", choosing->run_folder, number);
	r = pack_object_build(name, path, &errors);
	for (size_t i = 0; r < 0 && i < errors.count; i++)
		pack_choice_tell_error(name, &errors.items[i]);
	if (r < 0 && !errors.count)
		say(NULL, "%s: %s", name, strerror(-r));
	schema_errors_clear(&errors);
	if (r < 0)
		return r;
	warn_of_symbols(choosing, name);
	return force(choosing, path);
}

void pack_choice_tell_unknown(const char *name)
{
	const char *near = packs_suggest(name);
	char hint[96];

	snprintf(hint, sizeof(hint),
		 strchr(name, ',') ? "give --pack for each"
		 : near		   ? "did you mean '%s'?"
				   : "see 'rtctrack packs list'",
		 near);
	say(hint, "there is no pack '%s'", name);
}

static int force_named(struct choosing *choosing, const char *name)
{
	char path[2 * PATH_MAX];

	if (!packs_text(name)) {
		pack_choice_tell_unknown(name);
		return -ENOENT;
	}
	if (!choosing->folder[0] || !pack_choice_has(choosing->folder, name)) {
		say("install rtctrack whole", "the object of pack '%s' is not there", name);
		return -ENOENT;
	}
	snprintf(path, sizeof(path), "%s/libtrack-%s.so", choosing->folder, name);
	return force(choosing, path);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length > end_length && strcmp(text + length - end_length, end) == 0;
}

bool pack_choice_is_object(const char *name)
{
	return ends_with(name, ".so");
}

bool pack_choice_is_yaml(const char *name)
{
	return packs_is_path(name) && !pack_choice_is_object(name);
}

static int force_all(struct choosing *choosing)
{
	const struct option_texts *names = &choosing->options->packs;
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		const char *name = names->items[i];

		if (strcmp(name, PACK_CHOICE_NONE) == 0)
			continue;
		if (pack_choice_is_yaml(name))
			r = force_file(choosing, name, i);
		else if (pack_choice_is_object(name))
			r = force_object(choosing, name);
		else
			r = force_named(choosing, name);
	}
	return r;
}

static bool is_of_versions(const struct choosing *choosing, const struct pack *pack,
			   const struct pack_library *library, const struct dependency *needed)
{
	char version[PATH_MAX];

	if (packs_are_for(library, needed->path, version))
		return true;
	if (!choosing->options->quiet)
		say(NULL, "pack '%s' is not used: it is for %s %s, and '%s' is %s", pack->name.text,
		    library->soname.text, library->versions.text, needed->path,
		    version[0] ? version : "of no version");
	return false;
}

static bool fits(const struct choosing *choosing, const struct pack *pack)
{
	bool found = false;

	for (size_t i = 0; i < pack->library_count; i++)
		for (size_t j = 0; j < choosing->needed.count; j++) {
			const struct dependency *needed = &choosing->needed.items[j];

			if (fnmatch(pack->libraries[i].soname.text, needed->soname, 0) != 0)
				continue;
			if (!is_of_versions(choosing, pack, &pack->libraries[i], needed))
				return false;
			found = true;
		}
	return found;
}

/* A folder of the run's own with the objects of all packs, where one can be another. */
static int make_own_folder(struct choosing *choosing)
{
	char folder[PATH_MAX], from[2 * PATH_MAX], to[2 * PATH_MAX];

	if (choosing->has_own_folder)
		return 0;
	if ((size_t)snprintf(folder, sizeof(folder), "%s/" RUN_FOLDER_PACKS,
			     choosing->run_folder) >= sizeof(folder) ||
	    mkdir(folder, 0700) < 0)
		return -EIO;
	for (size_t i = 0; i < choosing->packs.count; i++) {
		const char *name = choosing->packs.items[i]->name.text;

		snprintf(from, sizeof(from), "%s/libtrack-%s.so", choosing->folder, name);
		snprintf(to, sizeof(to), "%s/libtrack-%s.so", folder, name);
		if (symlink(from, to) < 0)
			return -errno;
	}
	memcpy(choosing->folder, folder, sizeof(folder));
	choosing->has_own_folder = true;
	return 0;
}

/* What the program's own copy of the library has not, the pack's object is not to have. */
static int fit_object(struct choosing *choosing, const struct pack *pack)
{
	const char **missing = calloc(pack->function_count + 1, sizeof(*missing));
	char path[2 * PATH_MAX], object[PATH_MAX];
	size_t count;
	int r = missing ? 0 : -ENOMEM;

	count = r == 0 ? pack_symbols_missing(pack, &choosing->needed, missing) : 0;
	if (count)
		r = make_own_folder(choosing);
	if (count && r == 0) {
		snprintf(path, sizeof(path), "%s/libtrack-%s.so", choosing->folder,
			 pack->name.text);
		r = !realpath(path, object) || unlink(path) < 0
			    ? -errno
			    : pack_variant_make(object, missing, count, path);
	}
	free(missing);
	return r;
}

/* Of the packs that come with the shim, and that --pack does not name: is its object to go along?
 */
static bool is_fitting(struct choosing *choosing, const struct pack *pack)
{
	if (option_texts_have(&choosing->options->packs, pack->name.text) ||
	    !pack_choice_has(choosing->folder, pack->name.text) || !fits(choosing, pack))
		return false;
	if (fit_object(choosing, pack) == 0)
		return true;
	if (!choosing->options->quiet)
		say(NULL,
		    "pack '%s' is not used: the library lacks functions that it names, and '%s' "
		    "cannot be written",
		    pack->name.text, choosing->run_folder);
	return false;
}

static void offer(struct choosing *choosing, const struct pack *pack, bool fitting)
{
	char path[2 * PATH_MAX];

	if (option_texts_have(&choosing->options->packs, pack->name.text) ||
	    !pack_choice_has(choosing->folder, pack->name.text))
		return;
	add(choosing->later, "", pack->name.text);
	for (size_t i = 0; i < pack->library_count; i++)
		fprintf(choosing->later, "=%s", pack->libraries[i].soname.text);
	if (!fitting)
		return;
	snprintf(path, sizeof(path), "%s/libtrack-%s.so", choosing->folder, pack->name.text);
	add(choosing->objects, "", path);
}

/* First which, since that says in what folder the objects are. */
static int choose_shipped(struct choosing *choosing, bool *fitting)
{
	int r;

	for (size_t i = 0; i < choosing->packs.count; i++)
		fitting[i] = is_fitting(choosing, choosing->packs.items[i]);
	fputs(choosing->folder, choosing->later);
	r = force_all(choosing);
	for (size_t i = 0; r == 0 && i < choosing->packs.count; i++)
		offer(choosing, choosing->packs.items[i], fitting[i]);
	return r;
}

static int choose(struct choosing *choosing)
{
	bool *fitting;
	int r;

	if (option_texts_have(&choosing->options->packs, PACK_CHOICE_NONE) ||
	    !choosing->folder[0]) {
		fputs(choosing->folder[0] ? choosing->folder : "/", choosing->later);
		return force_all(choosing);
	}
	r = packs_load(&choosing->packs);
	if (r < 0) {
		say(NULL, "cannot read the packs: %s", strerror(-r));
		return r;
	}
	list_needed(choosing);
	fitting = calloc(choosing->packs.count + 1, sizeof(*fitting));
	if (!fitting)
		return -ENOMEM;
	r = choose_shipped(choosing, fitting);
	free(fitting);
	return r;
}

int pack_choice_make(const struct options *options, const struct program *program,
		     const char *shim_path, const char *folder, struct pack_choice *ret_choice)
{
	struct choosing choosing = {.options = options, .program = program, .run_folder = folder};
	struct pack_choice choice = {.objects = NULL};
	size_t sizes[2];
	int r = 0;

	pack_choice_folder(shim_path, choosing.folder);
	choosing.objects = open_memstream(&choice.objects, &sizes[0]);
	choosing.later = open_memstream(&choice.later, &sizes[1]);
	if (choosing.objects && choosing.later)
		r = choose(&choosing);
	if (!choosing.objects || fclose(choosing.objects) != 0)
		r = -ENOMEM;
	if (!choosing.later || fclose(choosing.later) != 0)
		r = -ENOMEM;
	packs_free(&choosing.packs);
	dependencies_free(&choosing.needed);
	if (r < 0)
		pack_choice_free(&choice);
	else
		*ret_choice = choice;
	return r;
}

void pack_choice_free(struct pack_choice *choice)
{
	free(choice->objects);
	free(choice->later);
	*choice = (struct pack_choice){.objects = NULL};
}
