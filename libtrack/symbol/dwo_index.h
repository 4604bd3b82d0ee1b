/* SPDX-License-Identifier: Apache-2.0 */
/* The table in a .dwp package that says where each unit's share of each section lies. */
#ifndef SYMBOL_DWO_INDEX_H
#define SYMBOL_DWO_INDEX_H

#include <stddef.h>
#include <stdint.h>

enum dwo_column {
	DWO_COLUMN_NONE,
	DWO_COLUMN_INFO,
	DWO_COLUMN_ABBREV,
	DWO_COLUMN_LINE,
	DWO_COLUMN_STR_OFFSETS,
	DWO_COLUMN_RNGLISTS,
	DWO_COLUMN__COUNT
};

struct dwo_share {
	uint32_t offset;
	uint32_t size; /* 0: none */
};

/*
 * Look a unit up by its id, in version 2 (GCC, DWARF 4) or 5. -ENOENT: it is not there;
 * -EBADMSG: that is no index.
 */
int dwo_index_find(const uint8_t *index, size_t size, uint64_t id,
		   struct dwo_share ret_shares[DWO_COLUMN__COUNT]);

#endif
