/* SPDX-License-Identifier: Apache-2.0 */
#include "mdns.h"

#include "mdns_message.h"

#include <errno.h>
#include <fcntl.h>
#include <ice/candidate.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { PORT = 5353 };

struct mdns_query {
	struct mdns_config config;
	char name[CANDIDATE_NAME_MAX + 1];
	mdns_answer_fn answer;
	void *user;
	struct task *task;
	struct timer timer;
	struct waker waker; /* the timer's */
	struct watch watch;
	int fd;
};

static struct sockaddr_in group_address(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(0xe00000fb), /* 224.0.0.251, RFC 6762 section 3 */
	};
}

static int set_options(int fd, const char *interface)
{
	struct ip_mreq group = {.imr_multiaddr = group_address().sin_addr};
	struct address address;
	const int one = 1, ttl = 255; /* RFC 6762 section 11 */

	if (interface) {
		if (address_parse(interface, 0, &address) < 0 ||
		    address_family(&address) != AF_INET)
			return -EINVAL;
		group.imr_interface = address.v4.sin_addr;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group.imr_interface,
		       sizeof(group.imr_interface)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

/* Bound to the group, it gets nothing that was sent to this host alone. */
static int open_socket(const char *interface, int *ret_fd)
{
	struct sockaddr_in group = group_address();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	int r = set_options(fd, interface);
	if (r == 0 && bind(fd, (struct sockaddr *)&group, sizeof(group)) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

/* One type each: some responders read one question of a message. */
static void ask(struct mdns_query *query)
{
	static const uint16_t types[] = {MDNS_A, MDNS_AAAA};
	struct sockaddr_in group = group_address();
	uint8_t data[MDNS_QUESTION_MAX];

	for (unsigned i = 0; i < (query->config.no_ipv6 ? 1 : 2); i++) {
		int size = mdns_write_question(query->name, types[i], data, sizeof(data));

		/* One that is lost is asked again. */
		if (size > 0)
			sendto(query->fd, data, (size_t)size, MSG_NOSIGNAL,
			       (struct sockaddr *)&group, sizeof(group));
	}
}

static bool is_wanted(const struct mdns_query *query, const struct address *address)
{
	return address_family(address) == AF_INET || !query->config.no_ipv6;
}

/* Until the socket has nothing more. RFC 6762 section 6: what is not from port 5353 is no answer.
 */
static bool read_answers(struct mdns_query *query, struct address *ret_address)
{
	uint8_t data[MDNS_MESSAGE_MAX];
	struct sockaddr_in from;

	for (;;) {
		socklen_t from_size = sizeof(from);
		ssize_t size = recvfrom(query->fd, data, sizeof(data), 0, (struct sockaddr *)&from,
					&from_size);
		struct address address;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return false;
		if (from_size != sizeof(from) || from.sin_port != htons(PORT) ||
		    mdns_read_answer(data, (size_t)size, query->name, &address) < 0 ||
		    !is_wanted(query, &address))
			continue;
		*ret_address = address;
		return true;
	}
}

/* The first question at once, then one each interval. Without memory for the timer there is no
 * further one: the answer may still come. */
static enum task_state poll(struct task *task, void *state)
{
	struct mdns_query *query = state;
	struct address address;

	(void)task;
	if (read_answers(query, &address)) {
		if (query->answer)
			query->answer(query->user, &address);
		return TASK_DONE;
	}
	if (!timer_is_armed(&query->timer) &&
	    timer_arm(&query->timer, TIMER_MS(query->config.interval_ms)) == 0)
		ask(query);
	return TASK_PENDING;
}

static void drop(void *state)
{
	struct mdns_query *query = state;

	timer_cancel(&query->timer);
	waker_drop(&query->waker);
	watch_remove(&query->watch);
	if (query->fd >= 0)
		close(query->fd);
	free(query);
}

static void wake(void *user)
{
	const struct mdns_query *query = user;

	waker_wake(&query->waker);
}

static const struct task_class query_class = {"mdns query", poll, drop};

int mdns_ask(const struct mdns_config *config, const char *name, mdns_answer_fn answer, void *user,
	     struct mdns_query **ret_query)
{
	uint8_t question[MDNS_QUESTION_MAX];
	struct mdns_query *query;
	int r = mdns_write_question(name, MDNS_A, question, sizeof(question));

	if (r < 0)
		return r;
	query = calloc(1, sizeof(*query));
	if (!query)
		return -ENOMEM;
	query->config = *config;
	memcpy(query->name, name, strlen(name) + 1);
	query->answer = answer;
	query->user = user;
	timer_init(&query->timer, config->executor, "mdns question", wake, query);
	r = open_socket(config->interface, &query->fd);
	if (r < 0) {
		free(query);
		return r;
	}
	r = task_spawn(config->executor, &query_class, query, &query->task);
	if (r < 0) {
		close(query->fd);
		free(query);
		return r;
	}
	track_own(config->owner, track_task(query->task));
	track_own(track_task(query->task), track_fd(query->fd));
	timer_own(&query->timer, track_task(query->task));
	waker_set(&query->waker, query->task);
	r = watch_add(&query->watch, config->executor, query->fd, EPOLLIN, query->task);
	if (r < 0) {
		task_cancel(query->task);
		return r;
	}
	*ret_query = query;
	return 0;
}

void mdns_mute(struct mdns_query *query)
{
	query->answer = NULL;
}

void mdns_drop(struct mdns_query *query)
{
	if (query)
		task_cancel(query->task);
}
