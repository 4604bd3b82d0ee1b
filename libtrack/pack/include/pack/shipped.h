/* SPDX-License-Identifier: Apache-2.0 */
/* The packs that come with the program: libtrack/packs, as texts. */
#ifndef PACK_SHIPPED_H
#define PACK_SHIPPED_H

struct pack_shipped {
	const char *name;
	const unsigned char *text; /* YAML, terminated */
};

/* In the order of names; one without a name ends it. */
extern const struct pack_shipped pack_shipped_table[];

#endif
