/* SPDX-License-Identifier: Apache-2.0 */
#include <net/carrier.h>

#include "carrier_base.h"
#include <errno.h>
#include <run/fault.h>
#include <run/late.h>
#include <stddef.h>
#include <stdlib.h>
#include <track/track.h>
#include <unistd.h>

#define RECEIVE_HOLDER "receive"

static const struct carrier_class *const classes[] = {
	[CARRIER_UDP] = &carrier_udp,
	[CARRIER_TCP_PASSIVE] = &carrier_tcp_passive,
	[CARRIER_TCP_ACTIVE] = &carrier_tcp_active,
};

static void run_flush(struct job *job)
{
	struct carrier *carrier = (struct carrier *)((char *)job - offsetof(struct carrier, flush));

	carrier->flush_deferred = false;
	if (carrier->released)
		free(carrier);
	else if (carrier->class != NULL)
		carrier->class->flush(carrier);
}

int carrier_open(enum carrier_kind kind, struct executor *executor, const struct address *bind,
		 const char *holder, struct carrier **ret_carrier)
{
	const struct carrier_class *class = classes[kind];
	struct carrier *carrier = calloc(1, class->size);

	if (carrier == NULL)
		return -ENOMEM;
	int error = object_init(&carrier->object, &class->object, holder);
	if (error < 0) {
		free(carrier);
		return error;
	}
	carrier->class = class;
	carrier->kind = kind;
	carrier->executor = executor;
	carrier->users = 1;
	carrier->local = *bind;
	carrier->flush.run = run_flush;
	track_scope_open(carrier, class->object.name, 0);
	track_own(track_object(carrier), track_scope(carrier));
	error = class->open(carrier);
	if (error < 0)
		carrier_release(carrier, holder);
	else
		*ret_carrier = carrier;
	return error;
}

void carrier_destroy(struct object *object)
{
	struct carrier *carrier = (struct carrier *)object;

	carrier_close(carrier);
	carrier->released = true;
	if (!carrier->flush_deferred)
		free(carrier);
}

void carrier_close(struct carrier *carrier)
{
	const struct carrier_class *class = carrier->class;

	if (class == NULL)
		return;
	/* What was sent before the end still leaves: it may be the news of the end. */
	if (carrier->flush_deferred)
		class->flush(carrier);
	track_scope_close(carrier);
	carrier->class = NULL;
	class->close(carrier);
	track_scope_closed(carrier);
	track_scope_destroy(carrier);
}

void carrier_retain(struct carrier *carrier, const char *holder)
{
	carrier->users++;
	object_retain(&carrier->object, holder);
}

void carrier_release(struct carrier *carrier, const char *holder)
{
	if (carrier == NULL)
		return;
	carrier->users--;
	object_release(&carrier->object, holder);
}

void carrier_set_receiver(struct carrier *carrier, carrier_receive_fn receive, void *user)
{
	carrier->receive = receive;
	carrier->user = user;
}

enum carrier_kind carrier_kind(const struct carrier *carrier)
{
	return carrier->kind;
}

const struct address *carrier_local(const struct carrier *carrier)
{
	return &carrier->local;
}

int carrier_send(struct carrier *carrier, const struct address *to, const void *data, size_t size)
{
	/* What is left of it is kept for who still refers to it, and catches him. */
	if (carrier->class == NULL && !fault_on(FAULT_SERVER_CLOSE_CRASH)) {
		track_use(track_scope(carrier));
		late_use("a packet was sent through a carrier that is closed");
		return -EBADF;
	}
	if (address_family(to) != address_family(&carrier->local))
		return -EAFNOSUPPORT;
	if (address_port(to) == 0)
		return -EINVAL;
	/* With the fault this crashes, and is meant to. */
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	return carrier->class->send(carrier, to, data, size);
}

void carrier_trust(struct carrier *carrier, const struct address *remote)
{
	if (carrier->class != NULL && carrier->class->trust != NULL)
		carrier->class->trust(carrier, remote);
}

void carrier_drop(struct carrier *carrier, const struct address *remote)
{
	if (carrier->class != NULL && carrier->class->drop != NULL)
		carrier->class->drop(carrier, remote);
}

void carrier_set_linger(struct carrier *carrier, unsigned linger_ms)
{
	carrier->linger_ms = linger_ms;
}

void carrier_defer_flush(struct carrier *carrier)
{
	if (carrier->flush_deferred)
		return;
	carrier->flush_deferred = true;
	executor_defer(carrier->executor, &carrier->flush);
}

void carrier_begin_receive(struct carrier *carrier)
{
	object_retain(&carrier->object, RECEIVE_HOLDER);
}

void carrier_end_receive(struct carrier *carrier)
{
	object_release(&carrier->object, RECEIVE_HOLDER);
}

bool carrier_is_abandoned(const struct carrier *carrier)
{
	return carrier->users == 0 || carrier->class == NULL;
}

bool carrier_deliver(struct carrier *carrier, const struct address *from, const uint8_t *data,
		     size_t size)
{
	if (carrier->receive != NULL)
		carrier->receive(carrier->user, carrier, from, data, size);
	return !carrier_is_abandoned(carrier);
}

int carrier_bind_socket(const struct carrier *carrier, int type, int *ret_fd)
{
	static const int on = 1;
	int family = address_family(&carrier->local);
	int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if ((family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    (type == SOCK_STREAM &&
	     setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0) ||
	    bind(fd, &carrier->local.any, carrier->local.size) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	track_own(track_object(carrier), track_fd(fd));
	*ret_fd = fd;
	return 0;
}

int carrier_learn_local(struct carrier *carrier, int fd)
{
	struct sockaddr_storage bound;
	socklen_t size = sizeof(bound);

	if (getsockname(fd, (struct sockaddr *)&bound, &size) < 0)
		return -errno;
	address_from_sockaddr((struct sockaddr *)&bound, size, &carrier->local);
	return 0;
}
