/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to know what becomes of a message: a one-shot slot in a block of its own, which belongs
 * to whoever has the message in hand. He tells, and it is freed.
 */
#ifndef ROUTER_QUEUED_H
#define ROUTER_QUEUED_H

#include <dcstack/router.h>

struct queued;

struct queued *queued_create(dc_queued_fn fn, void *user); /* NULL without memory */
void queued_tell(struct queued *queued, int error); /* frees it; NULL: nobody wants to know */

#endif
