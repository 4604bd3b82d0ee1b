/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What carries packets between two transport addresses: a UDP socket, a TCP listener with the
 * streams it accepted, or the TCP streams that were opened from here. ICE treats them alike: a
 * carrier has a local address, sends to a remote address, and tells from where a packet came.
 * All functions on the executor only. A carrier is an object; its descriptors are closed when the
 * last reference is released, or before by carrier_close.
 */
#ifndef NET_CARRIER_H
#define NET_CARRIER_H

#include "address.h"
#include <run/executor.h>
#include <run/object.h>

enum carrier_kind {
	CARRIER_UDP,
	CARRIER_TCP_PASSIVE, /* RFC 6544: listens; sends only on streams that came in */
	CARRIER_TCP_ACTIVE,  /* RFC 6544: connects, at the first packet for a remote address */
};

struct carrier;

typedef void (*carrier_receive_fn)(void *user, struct carrier *carrier, const struct address *from,
				   const uint8_t *data, size_t size);

/* bind: local address, port 0 for any. -errno of socket, bind or listen (CARRIER_TCP_ACTIVE: these
 * come when it connects). One reference (holder). */
int carrier_open(enum carrier_kind kind, struct executor *executor, const struct address *bind,
		 const char *holder, struct carrier **ret_carrier);
void carrier_retain(struct carrier *carrier, const char *holder);
void carrier_release(struct carrier *carrier, const char *holder); /* NULL: nothing */

/* Frees its descriptors now, whoever still holds it; what is queued leaves before. Nothing comes
 * any more, and what is sent is caught as a late use. Closed before: nothing. */
void carrier_close(struct carrier *carrier);

/* Who gets what arrives, which may be an empty packet; NULL: nobody, it is dropped. The receiver
 * may release the carrier: then nothing more comes. */
void carrier_set_receiver(struct carrier *carrier, carrier_receive_fn receive, void *user);

enum carrier_kind carrier_kind(const struct carrier *carrier);
/* With the port bound; CARRIER_TCP_ACTIVE: as it was given, each stream has its own port. */
const struct address *carrier_local(const struct carrier *carrier);

/* Queues a packet; it leaves at the end of this round of the executor, or at once if the queue is
 * full or the carrier is released. Packets may be lost, as packets are (UDP: the socket's buffer is
 * full; TCP: 1 MiB waits already). -EMSGSIZE above what it can carry (UDP: 1500, TCP: 65535 bytes);
 * -ENOTCONN, -ECONNREFUSED.. where it is known that none can arrive (a refused connect is tried
 * again after a second); -EAFNOSUPPORT, -EINVAL if to is of another family or has no port; -EBADF
 * on one that is closed. */
int carrier_send(struct carrier *carrier, const struct address *to, const void *data, size_t size);

/* Of the streams that CARRIER_TCP_PASSIVE accepted; of other kinds: nothing. */

/* It is of a peer, and makes room for nobody: where there are too many, others do. */
void carrier_trust(struct carrier *carrier, const struct address *remote);
/* Closes it, after what is queued has left. */
void carrier_drop(struct carrier *carrier, const struct address *remote);
/* From now on one that is closed from here waits so long for its peer to close it too: its
 * descriptor outlives it then, and the carrier. One that makes room does not. 0, as at first: not
 * at all. */
void carrier_set_linger(struct carrier *carrier, unsigned linger_ms);

#endif
