/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which probe packs go into a program, and into what it starts: those that fit the libraries it is
 * loaded with, and those that --pack names. What goes wrong is said here.
 */
#ifndef CLI_PACK_CHOICE_H
#define CLI_PACK_CHOICE_H

#include <limits.h>
#include <stdbool.h>

/* Instead of a pack: none but those that are named. */
#define PACK_CHOICE_NONE "none"

struct options;
struct schema_error;
struct program;

struct pack_choice {
	char *objects; /* of the program: paths with colons between */
	char *later;   /* TRACK_ENV_PACKS, for the shim in what it starts */
};

/*
 * folder: where a pack that comes as a file may be built; it must last as long as the run. 0 or
 * -errno. To be given back with pack_choice_free.
 */
int pack_choice_make(const struct options *options, const struct program *program,
		     const char *shim_path, const char *folder, struct pack_choice *ret_choice);

/* It is empty afterwards. */
void pack_choice_free(struct pack_choice *choice);

/* The folder with the objects of the packs that come with the shim. 0 or -ENOENT. */
int pack_choice_folder(const char *shim_path, char ret_folder[PATH_MAX]);

/* Whether --pack names an object of wrappers by that. */
bool pack_choice_is_object(const char *name);

/* Whether --pack names a pack's file by that, not an object or a pack that comes with us. */
bool pack_choice_is_yaml(const char *name);

/* What is wrong with the file of that name; and that there is no pack of that name. */
void pack_choice_tell_error(const char *name, const struct schema_error *error);
void pack_choice_tell_unknown(const char *name);

/* Whether the object of a pack is in that folder. */
bool pack_choice_has(const char *folder, const char *name);

#endif
