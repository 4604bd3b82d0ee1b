/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody who comes to a server's port and has no business there. */
#ifndef LIVE_DC_STRANGER_H
#define LIVE_DC_STRANGER_H

#include <stdbool.h>
#include <stdint.h>

/* Says nothing, or nonsense. A descriptor, for the caller to close when he likes; the port need not
 * be open any more. address: 127.0.0.1 or ::1. */
int stranger_come(const char *address, uint16_t port, bool is_tcp, unsigned *seed);

#endif
