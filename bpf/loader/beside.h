/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that the preloaded library records, and to whose own spools is added what it does not see:
 * descriptors that come and go by calls that pass no wrapper. What a program does to its threads,
 * and all that wrappers see, is the library's to tell.
 */
#ifndef LOADER_BESIDE_H
#define LOADER_BESIDE_H

#include "traced.h"

/* The event is the library's to tell, so that nothing of it may be written. */
bool beside_mutes(struct traced *traced, const struct probe_head *event);
/* The innermost frame that is not the C library's is the preloaded library's. */
bool beside_is_wrapped(const struct traced *traced, const uint64_t *addresses, size_t count);
/* The library took its last look at the descriptors. */
bool beside_has_looked(const struct traced *traced);

/* Nothing older comes any more: spools that are new are joined, and all of them told. */
void beside_settle(struct session *session, uint64_t settled_ns);
/* The image is over, or the recording. */
void beside_end(struct traced *traced);

#endif
