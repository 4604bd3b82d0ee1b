/* SPDX-License-Identifier: Apache-2.0 */
#include "handshake.h"

const struct play play_timer_sends_after_close = {.session = handshake_session};
