/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys a pack's file has, and into which members of the structs of pack.h they go. */
#ifndef PACK_KEYS_H
#define PACK_KEYS_H

#include <schema/schema.h>

extern const struct schema schema_pack;

#endif
