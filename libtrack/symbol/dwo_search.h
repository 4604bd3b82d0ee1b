/* SPDX-License-Identifier: Apache-2.0 */
/* Which file a skeleton's unit is in. */
#ifndef SYMBOL_DWO_SEARCH_H
#define SYMBOL_DWO_SEARCH_H

#include "dwo.h"
#include "search.h"

#include <stdbool.h>

/* Of one module. Zeroed but for search and file. */
struct dwo_search {
	const struct search *search;
	const char *file;	  /* the module's own; NULL: nothing is found */
	const char *debug_file;	  /* NULL: none */
	struct dwo_file *package; /* its .dwp, once it was looked for */
	bool looked;
};

void dwo_search_finish(struct dwo_search *search);
/*
 * In the .dwp beside the module, or beside its debug file; else in the .dwo that the skeleton
 * names: there, below the roots and debug folders, or beside the module. The caller destroys
 * *ret_dwo. -ENOENT; -ENOMEM.
 */
int dwo_search_unit(struct dwo_search *search, Dwarf_Die *skeleton, struct dwo **ret_dwo,
		    Dwarf_Die *ret_die);

#endif
