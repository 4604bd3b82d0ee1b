/* SPDX-License-Identifier: Apache-2.0 */
/* A plain UDP socket on 127.0.0.1, in place of a server or of a peer. */
#ifndef UDP_H
#define UDP_H

#include <net/address.h>
#include <stddef.h>
#include <stdint.h>

enum { UDP_TEXT_SIZE = 32 };

/* The caller closes it. -errno. */
int udp_open(int *ret_fd);
/* "127.0.0.1:1234" */
void udp_format(int fd, char ret_text[UDP_TEXT_SIZE]);
uint16_t udp_port(int fd);

/* The next datagram and whose it is: its size, -errno, -ETIMEDOUT after ten seconds. */
int udp_receive(int fd, uint8_t *data, size_t max, struct address *ret_from);

#endif
