/* SPDX-License-Identifier: Apache-2.0 */
/* Names to addresses, on a thread of its own: getaddrinfo blocks. */
#ifndef RUN_RESOLVER_H
#define RUN_RESOLVER_H

#include <netinet/in.h>
#include <sys/socket.h>

struct resolver;
struct query;
struct task;

int resolver_create(struct resolver **ret_resolver);
/* Waits for the lookup that goes on; other open queries end with -ECANCELED. NULL: nothing. */
void resolver_destroy(struct resolver *resolver);

/* Wakes task when the answer is there. family: AF_INET, AF_INET6 or AF_UNSPEC. -EINVAL for a name
 * longer than a name can be or empty, -ENOMEM. */
int resolver_ask(struct resolver *resolver, const char *host, uint16_t port, int family,
		 struct task *task, struct query **ret_query);
/* -EAGAIN until it is answered; -EHOSTUNREACH if there is no such name, -ENOMEM; else the first
 * address, with the port asked for. */
int query_answer(const struct query *query, struct sockaddr_storage *ret_address);
/* Answered or not; the task is not woken afterwards. NULL: nothing. */
void query_drop(struct query *query);

#endif
