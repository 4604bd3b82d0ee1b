/* SPDX-License-Identifier: Apache-2.0 */
#include <run/resolver.h>

#include "inside.h"
#include "thread.h"
#include <errno.h>
#include <netdb.h>
#include <run/task.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_CHARS = 254 }; /* RFC 1035 section 2.3.4, written with the dot at its end */

/* Who asked and the resolver each have a share in it; the second to let go frees it. */
struct query {
	struct query *next;
	pthread_mutex_t lock;
	unsigned shares;
	struct waker waker;
	atomic_int status; /* -EAGAIN, then what query_answer gives */
	struct sockaddr_storage address;
	int family;
	in_port_t port;
	char host[];
};

struct resolver {
	struct thread thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct query *head, **tail;
	bool stopping;
};

/* Takes the waker and one share. */
static void let_go(struct query *query, bool wake)
{
	struct waker waker;
	bool last;

	pthread_mutex_lock(&query->lock);
	waker = query->waker;
	query->waker.task = NULL;
	if (wake)
		waker_wake(&waker);
	last = !--query->shares;
	pthread_mutex_unlock(&query->lock);
	waker_drop(&waker);
	if (!last)
		return;
	pthread_mutex_destroy(&query->lock);
	free(query);
}

static bool is_dropped(struct query *query)
{
	bool dropped;

	pthread_mutex_lock(&query->lock);
	dropped = query->shares == 1;
	pthread_mutex_unlock(&query->lock);
	return dropped;
}

static int look_up(struct query *query)
{
	struct addrinfo hints = {.ai_family = query->family, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;
	int error = getaddrinfo(query->host, NULL, &hints, &found);

	if (error)
		return error == EAI_MEMORY ? -ENOMEM : -EHOSTUNREACH;
	memcpy(&query->address, found->ai_addr, found->ai_addrlen);
	if (found->ai_family == AF_INET)
		((struct sockaddr_in *)&query->address)->sin_port = query->port;
	else
		((struct sockaddr_in6 *)&query->address)->sin6_port = query->port;
	freeaddrinfo(found);
	return 0;
}

/* NULL: none is left, and it is to stop. */
static struct query *next(struct resolver *resolver, bool *ret_stopping)
{
	struct query *query;

	pthread_mutex_lock(&resolver->lock);
	while (!resolver->head && !resolver->stopping)
		pthread_cond_wait(&resolver->work, &resolver->lock);
	query = resolver->head;
	if (query)
		resolver->head = query->next;
	if (!resolver->head)
		resolver->tail = &resolver->head;
	*ret_stopping = resolver->stopping;
	pthread_mutex_unlock(&resolver->lock);
	return query;
}

static void resolve(void *user)
{
	struct resolver *resolver = user;
	struct query *query;
	bool stopping;

	while ((query = next(resolver, &stopping))) {
		int status = stopping || is_dropped(query) ? -ECANCELED : look_up(query);

		atomic_store(&query->status, status);
		let_go(query, true);
	}
}

int resolver_create(struct resolver **ret_resolver)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	int error;

	if (!resolver)
		return -ENOMEM;
	pthread_mutex_init(&resolver->lock, NULL);
	pthread_cond_init(&resolver->work, NULL);
	resolver->tail = &resolver->head;
	error = thread_start(&resolver->thread, "dc resolver", resolve, resolver);
	if (error) {
		pthread_cond_destroy(&resolver->work);
		pthread_mutex_destroy(&resolver->lock);
		free(resolver);
		return error;
	}
	*ret_resolver = resolver;
	return 0;
}

void resolver_own(const struct resolver *resolver, struct track_subject owner)
{
	thread_own(&resolver->thread, owner);
}

void resolver_destroy(struct resolver *resolver)
{
	if (!resolver)
		return;
	pthread_mutex_lock(&resolver->lock);
	resolver->stopping = true;
	pthread_cond_signal(&resolver->work);
	pthread_mutex_unlock(&resolver->lock);
	thread_join(&resolver->thread);
	pthread_cond_destroy(&resolver->work);
	pthread_mutex_destroy(&resolver->lock);
	free(resolver);
}

int resolver_ask(struct resolver *resolver, const char *host, uint16_t port, int family,
		 struct task *task, struct query **ret_query)
{
	size_t length = strlen(host);
	struct query *query;

	if (!length || length > NAME_MAX_CHARS)
		return -EINVAL;
	query = calloc(1, sizeof(*query) + length + 1);
	if (!query)
		return -ENOMEM;
	memcpy(query->host, host, length);
	pthread_mutex_init(&query->lock, NULL);
	query->shares = 2;
	query->family = family;
	query->port = htons(port);
	atomic_init(&query->status, -EAGAIN);
	waker_set(&query->waker, task);
	*ret_query = query;

	pthread_mutex_lock(&resolver->lock);
	*resolver->tail = query;
	resolver->tail = &query->next;
	pthread_cond_signal(&resolver->work);
	pthread_mutex_unlock(&resolver->lock);
	return 0;
}

int query_answer(const struct query *query, struct sockaddr_storage *ret_address)
{
	int status = atomic_load(&query->status);

	if (!status)
		*ret_address = query->address;
	return status;
}

void query_drop(struct query *query)
{
	if (query)
		let_go(query, false);
}
