/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How libdwfl finds the debug information of a stripped file: by build-id in the debug
 * folders, else by its debug link. Never on the network: libdwfl's standard search
 * would ask the servers in DEBUGINFOD_URLS.
 */
#ifndef SYMBOL_DEBUGINFO_H
#define SYMBOL_DEBUGINFO_H

#include "search.h"

#include <elfutils/libdwfl.h>

/* A module's userdata is the const struct search * to use. */
extern const Dwfl_Callbacks debuginfo_callbacks;

#endif
