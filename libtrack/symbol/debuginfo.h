/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the debug information of a stripped file is looked for: by build-id under
 * /usr/lib/debug, else by its debug link. Never on the network: libdwfl's standard
 * search would ask the servers in DEBUGINFOD_URLS.
 */
#ifndef SYMBOL_DEBUGINFO_H
#define SYMBOL_DEBUGINFO_H

#include <elfutils/libdwfl.h>

extern const Dwfl_Callbacks debuginfo_callbacks;

#endif
