/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"

const struct play play_dtls_connect_hang = {.session = handshake_session};
