/* SPDX-License-Identifier: Apache-2.0 */
/* The transport without a network: what it is given to send is the program's. */
#ifndef ROUTER_DIRECT_H
#define ROUTER_DIRECT_H

#include "parcel.h"
#include "queued.h"

/* On the strand. Takes queued. */
void direct_send(struct dc_consumer *consumer, const struct parcel *parcel, struct queued *queued);

#endif
