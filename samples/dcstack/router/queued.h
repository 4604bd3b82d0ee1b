/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to know what becomes of a message: a one-shot slot in a block of its own, which belongs
 * to whoever has the message in hand. He tells, and it is freed.
 */
#ifndef ROUTER_QUEUED_H
#define ROUTER_QUEUED_H

#include <dcstack/router.h>
#include <track/track.h>

struct queued;

struct queued *queued_create(dc_queued_fn fn, void *user); /* NULL without memory */
/* From here on it is the caller's to tell, for owner. NULL: nothing. */
void queued_take(struct queued *queued, struct track_subject owner);
void queued_tell(struct queued *queued, int error); /* frees it; NULL: nobody wants to know */

#endif
