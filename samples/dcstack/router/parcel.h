/* SPDX-License-Identifier: Apache-2.0 */
/* A message on its way through a producer: one copy for all its consumers. */
#ifndef ROUTER_PARCEL_H
#define ROUTER_PARCEL_H

#include <dcstack/router.h>
#include <run/object.h>

struct parcel {
	struct object object;
	struct parcel *next;	  /* in a producer's buffer */
	struct dc_parcel content; /* what it points to is behind it */
	uint16_t required;
	uint8_t data[];
};

/* A reference for holder. -EINVAL for a kind that is none, -ENOMEM, and of object_init. */
int parcel_create(const struct dc_parcel *content, const char *holder, struct parcel **ret_parcel);
void parcel_release(struct parcel *parcel, const char *holder); /* NULL: nothing */

#endif
