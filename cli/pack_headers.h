/* SPDX-License-Identifier: Apache-2.0 */
/* The headers that the source of a pack includes: libtrack/include/track, as texts. */
#ifndef CLI_PACK_HEADERS_H
#define CLI_PACK_HEADERS_H

struct pack_header {
	const char *name; /* "track/pack.h" */
	const unsigned char *text;
};

/* One without a name ends it. */
extern const struct pack_header pack_headers[];

#endif
