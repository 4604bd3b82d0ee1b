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

/*
 * The only module of dwfl, which takes the descriptor if this succeeds. An address of it is one in
 * the file's own numbers. -ENOEXEC.
 */
int debuginfo_report(Dwfl *dwfl, const char *file, const struct search *search, int fd,
		     Dwfl_Module **ret_module);

#endif
