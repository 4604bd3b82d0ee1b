/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a TCP connection that is closed gently: our side is shut down, so that all that was
 * sent arrives, and its descriptor closed when the peer has closed his. A close(2) at once would
 * reset the connection where something came that nobody has read (RFC 9293 section 3.6.1).
 */
#ifndef NET_LINGER_H
#define NET_LINGER_H

#include <run/executor.h>

/* Takes fd, if it succeeds: it is closed limit_ms from now at the latest. On the executor only. */
int linger_start(struct executor *executor, int fd, unsigned limit_ms);

#endif
