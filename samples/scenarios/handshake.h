/* SPDX-License-Identifier: Apache-2.0 */
/* A session that ends in the midst of a DTLS handshake. */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include "scene.h"

/* A pair talks; then somebody else is called who answers checks and nothing more, and that
 * connection is closed, where the fault strikes. For a play's session. */
int handshake_session(struct scene *scene, unsigned long number);

#endif
