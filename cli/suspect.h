/* SPDX-License-Identifier: Apache-2.0 */
/* What may hang in a recording that goes on. Whether it does is for the rules to say. */
#ifndef CLI_SUSPECT_H
#define CLI_SUSPECT_H

#include <base/u64map.h>
#include <stdint.h>
#include <store/trace.h>

struct suspect {
	int32_t pid;
	char what[192]; /* "the close of PeerConnection has not returned" */
	uint64_t since_ns;
};

/*
 * Of what has lasted since before_ns or longer, as the last look saw it, what has lasted longest;
 * of no process whose pid is a key of cleared. 1, 0: there is none, -errno.
 */
int suspect_find(struct trace *trace, uint64_t before_ns, const struct u64map *cleared,
		 struct suspect *ret_suspect);

#endif
