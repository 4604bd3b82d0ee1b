/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of carrier have in common. Each embeds a struct carrier as its first member. */
#ifndef NET_CARRIER_BASE_H
#define NET_CARRIER_BASE_H

#include <net/carrier.h>

struct carrier_class {
	struct object_class object; /* destroy: carrier_destroy */
	size_t size;		    /* of the whole carrier, zeroed when open gets it */
	/* Binds to carrier->local and writes there what was bound. Close follows also a failure. */
	int (*open)(struct carrier *carrier);
	void (*close)(struct carrier *carrier);
	/* Queues, and sees to it that a flush follows. */
	int (*send)(struct carrier *carrier, const struct address *to, const void *data,
		    size_t size);
	void (*flush)(struct carrier *carrier); /* tells nobody anything: no receiver is called */
	/* NULL: it has no streams that it accepted. */
	void (*trust)(struct carrier *carrier, const struct address *remote);
	void (*drop)(struct carrier *carrier, const struct address *remote);
};

extern const struct carrier_class carrier_udp, carrier_tcp_passive, carrier_tcp_active;

struct carrier {
	struct object object;
	const struct carrier_class *class; /* NULL: it is closed */
	enum carrier_kind kind;
	struct executor *executor;
	struct address local;
	unsigned users; /* references that are not our own */
	carrier_receive_fn receive;
	void *user;
	struct job flush;
	bool flush_deferred;
	bool released; /* only the deferred flush still needs the memory */
	unsigned linger_ms;
};

void carrier_destroy(struct object *object); /* of every class */

/* A descriptor of the carrier's own, bound to where it is to be. -errno. */
int carrier_bind_socket(const struct carrier *carrier, int type, int *ret_fd);
int carrier_learn_local(struct carrier *carrier, int fd); /* what the kernel bound it to */
void carrier_defer_flush(struct carrier *carrier);

/* A poll that delivers stands between these two, since the receiver may release the carrier. */
void carrier_begin_receive(struct carrier *carrier);
/* The carrier, and the task that is polled, may be gone afterwards. */
void carrier_end_receive(struct carrier *carrier);
/* The receiver let go of the carrier, or closed it: there is nobody left to deliver to. */
bool carrier_is_abandoned(const struct carrier *carrier);
/* false: it is abandoned. */
bool carrier_deliver(struct carrier *carrier, const struct address *from, const uint8_t *data,
		     size_t size);

#endif
