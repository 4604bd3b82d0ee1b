/* SPDX-License-Identifier: Apache-2.0 */
/* The names of sockets: their addresses, as the kernel says. errno is left alone. */
#ifndef SHIM_NAME_H
#define SHIM_NAME_H

#include "writer.h"

/* Record local and remote address where they changed since last recorded. */
void name_socket(int fd, enum track_call call);

#endif
