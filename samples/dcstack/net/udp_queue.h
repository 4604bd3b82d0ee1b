/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams that wait to be sent. Those of one size for one address that follow each other lie
 * together as a run, which the kernel takes in one call (UDP_SEGMENT): the last may be shorter.
 */
#ifndef NET_UDP_QUEUE_H
#define NET_UDP_QUEUE_H

#include <net/address.h>
#include <stddef.h>
#include <stdint.h>

enum {
	UDP_DATAGRAM_MAX = 1500,
	UDP_QUEUE_RUNS = 32,
	UDP_QUEUE_BYTES = 48 * 1024, /* less than one IP packet, in which a run must fit */
	UDP_RUN_DATAGRAMS = 64,	     /* no kernel that knows runs takes less */
};

struct udp_run {
	struct address to;
	size_t offset, size; /* of what is left of it */
	size_t segment;	     /* size of a datagram */
};

/* Zeroed is empty. */
struct udp_queue {
	struct udp_run runs[UDP_QUEUE_RUNS];
	unsigned first, end;
	size_t used;
	uint8_t bytes[UDP_QUEUE_BYTES];
};

/* false: no room. */
bool udp_queue_put(struct udp_queue *queue, const struct address *to, const void *data,
		   size_t size);
const struct udp_run *udp_queue_first(const struct udp_queue *queue); /* NULL: empty */
const uint8_t *udp_queue_data(const struct udp_queue *queue, const struct udp_run *run);
/* size bytes of the first run are over: whole datagrams. */
void udp_queue_take(struct udp_queue *queue, size_t size);

#endif
