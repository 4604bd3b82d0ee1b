/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What recordings that were killed left in a base folder of spools: folders of
 * runs, and spools of programs that ran with LD_PRELOAD alone. Only files of
 * this user, by the names that we give, inside of the folder; no symlink is
 * followed.
 */
#ifndef CLI_LEFTOVERS_H
#define CLI_LEFTOVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum leftover_state {
	LEFTOVER_DONE,	 /* removed; dry_run: would be */
	LEFTOVER_IN_USE, /* a run or a recorded program goes on there */
	LEFTOVER_YOUNG,	 /* younger than wanted */
	LEFTOVER_FAILED, /* error says why; what could be removed is gone */
	LEFTOVER__COUNT
};

/* Strings live during the call. */
struct leftover {
	const char *name;    /* in the base folder */
	const char *command; /* of its run, clean UTF-8; "" unknown */
	enum leftover_state state;
	int error;	/* -errno; -ENOTEMPTY: it holds files that are not ours */
	uint64_t bytes; /* of disk that are given back */
};

struct leftovers_wish {
	uint64_t older_than_ns; /* 0: of any age; counts from the last change */
	bool dry_run;
	void (*tell)(void *ctx, const struct leftover *leftover);
	void *ctx;
};

/* Tells of each leftover in turn. 0; -errno: the folder cannot be read. */
int leftovers_remove(const char *base, const struct leftovers_wish *wish);

#endif
