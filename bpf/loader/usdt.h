/* SPDX-License-Identifier: Apache-2.0 */
/* The probes of track.h in a file: the notes that it leaves of each (".note.stapsdt"). */
#ifndef PROBES_USDT_H
#define PROBES_USDT_H

#include <stddef.h>
#include <stdint.h>
#include <symbol/unwind.h>

#define USDT_NAME_BYTES 32

struct usdt_probe {
	char name[USDT_NAME_BYTES]; /* of the op */
	uint64_t offset;	    /* of its nop, in the file */
	uint32_t cfa_offset;	    /* the caller's frame is so far above sp there; 0: unknown */
};

/*
 * Those of provider "track" whose arguments are in the registers that track.h puts them in; by
 * offset. The caller frees. 0, also where there is none; as open(), -ENOEXEC, -ENOMEM.
 */
int usdt_read(const char *path, struct unwinder *unwinder, struct usdt_probe **ret_probes,
	      size_t *ret_count);

#endif
