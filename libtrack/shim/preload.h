/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of probe packs that images executed from here may want, as TRACK_ENV_PACKS has them:
 * "FOLDER:NAME=SONAME=SONAME:+PATH:...". A pack's object is FOLDER/libtrack-NAME.so, for images
 * that need a library of those names (* stands for anything); that of a PATH is for all.
 * A set of them is a bit for each.
 */
#ifndef SHIM_PRELOAD_H
#define SHIM_PRELOAD_H

#include "shim.h"

#define PRELOADS 32

void preload_init(const char *value);

/* Those for who needs this library. */
uint32_t preload_for(const char *soname);
/* Those that are named in a list such as LD_PRELOAD's; "" or NULL: none. */
uint32_t preload_in(const char *list);
/* The one whose path this is, or none. */
uint32_t preload_named(const char *path, size_t length);

/* What an image gets that fits these: those for all too, and none that cannot be reached. */
uint32_t preload_choose(uint32_t fitting);

/* The path of the first one of a set that is not empty. */
const char *preload_path(uint32_t set);
/* Bytes of all their paths, with a colon each. */
size_t preload_bytes(uint32_t set);

#endif
