/* SPDX-License-Identifier: Apache-2.0 */
/* Sends and receives, counted per descriptor without a record each. */
#ifndef SHIM_TRAFFIC_H
#define SHIM_TRAFFIC_H

#include <sys/socket.h>
#include <sys/types.h>

/* After the real call: calls made (0 or a multiple for *mmsg) and bytes moved. */
void traffic_out(int fd, ssize_t calls, ssize_t bytes);
void traffic_in(int fd, ssize_t calls, ssize_t bytes);

/* Bytes of the first count messages, as sendmmsg and recvmmsg report them. */
ssize_t traffic_sum(const struct mmsghdr *messages, int count);

#endif
