/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEER_OWNER_H
#define PEER_OWNER_H

#include <stddef.h>

/* The structure of that type whose member, so named, this is. */
#define OWNER_OF(member, type, name) ((type *)(void *)((char *)(member)-offsetof(type, name)))

#endif
