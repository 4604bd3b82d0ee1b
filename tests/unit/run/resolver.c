/* SPDX-License-Identifier: Apache-2.0 */
#include "await.inc.c"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <run/library.h>
#include <run/object.h>
#include <run/resolver.h>
#include <run/task.h>
#include <stdatomic.h>
#include <string.h>

/* Where names are found only once somebody waits for the end of a thread. */
static atomic_bool is_slow;
static sem_t is_joined;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **ret_found)
{
	static int (*find)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	if (!find)
		*(void **)&find = dlsym(RTLD_NEXT, "getaddrinfo");
	if (atomic_load(&is_slow))
		cr_assert(await(&is_joined));
	return find(host, service, hints, ret_found);
}

int pthread_join(pthread_t thread, void **ret_result)
{
	static int (*join)(pthread_t, void **);

	if (!join)
		*(void **)&join = dlsym(RTLD_NEXT, "pthread_join");
	if (atomic_exchange(&is_slow, false))
		sem_post(&is_joined);
	return join(thread, ret_result);
}

static struct executor *executor;
static struct resolver *resolver;

static void begin(void)
{
	cr_assert_eq(library_start(NULL), 0);
	executor = library_executor();
	resolver = library_resolver();
}

static void end(void)
{
	struct library_counts counts;

	cr_expect_eq(library_cleanup(CLEANUP_MS), 0);
	library_count(&counts);
	cr_expect_eq(counts.objects, 0);
}

TestSuite(resolver, .init = begin);

struct asker {
	const char *host;
	int family;
	struct task *task;
	struct query *query;
	unsigned polls;
	int answer;
	struct sockaddr_storage address;
	sem_t answered;
};

static enum task_state ask(struct task *task, void *state)
{
	struct asker *asker = state;

	asker->polls++;
	if (!asker->query) {
		cr_assert_eq(resolver_ask(resolver, asker->host, 4711, asker->family, task,
					  &asker->query),
			     0);
		return TASK_PENDING;
	}
	asker->answer = query_answer(asker->query, &asker->address);
	if (asker->answer == -EAGAIN)
		return TASK_PENDING;
	query_drop(asker->query);
	sem_post(&asker->answered);
	return TASK_DONE;
}

static const struct task_class asker_class = {.name = "asker", .poll = ask};

static void spawn(struct asker *asker)
{
	sem_init(&asker->answered, 0, 0);
	cr_assert_eq(task_spawn(executor, &asker_class, asker, NULL), 0);
	cr_assert(await(&asker->answered));
}

Test(resolver, an_ipv4_address_is_its_own_answer)
{
	struct asker asker = {.host = "192.0.2.7", .family = AF_UNSPEC};
	struct sockaddr_in *address = (struct sockaddr_in *)&asker.address;

	spawn(&asker);
	cr_assert_eq(asker.answer, 0);
	cr_expect_eq(address->sin_family, AF_INET);
	cr_expect_eq(address->sin_addr.s_addr, inet_addr("192.0.2.7"));
	cr_expect_eq(ntohs(address->sin_port), 4711);
	cr_expect_eq(asker.polls, 2);
	end();
}

Test(resolver, an_ipv6_address_is_its_own_answer)
{
	struct asker asker = {.host = "2001:db8::7", .family = AF_INET6};
	struct sockaddr_in6 *address = (struct sockaddr_in6 *)&asker.address;
	char text[INET6_ADDRSTRLEN];

	spawn(&asker);
	cr_assert_eq(asker.answer, 0);
	cr_expect_eq(address->sin6_family, AF_INET6);
	cr_expect_str_eq(inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text)),
			 "2001:db8::7");
	cr_expect_eq(ntohs(address->sin6_port), 4711);
	end();
}

Test(resolver, localhost_is_found)
{
	struct asker asker = {.host = "localhost", .family = AF_INET};
	struct sockaddr_in *address = (struct sockaddr_in *)&asker.address;

	spawn(&asker);
	cr_assert_eq(asker.answer, 0);
	cr_expect_eq(ntohl(address->sin_addr.s_addr) >> 24, 127);
	end();
}

/* A name that no server needs to be asked for: its label is too long. */
#define NO_NAME "0123456789012345678901234567890123456789012345678901234567890123456789.invalid"

Test(resolver, a_name_that_does_not_exist_is_unreachable)
{
	struct asker asker = {.host = NO_NAME, .family = AF_INET};

	spawn(&asker);
	cr_expect_eq(asker.answer, -EHOSTUNREACH);
	end();
}

Test(resolver, an_address_of_the_other_family_is_no_answer)
{
	struct asker asker = {.host = "192.0.2.7", .family = AF_INET6};

	spawn(&asker);
	cr_expect_eq(asker.answer, -EHOSTUNREACH);
	end();
}

static enum task_state sleep_on(struct task *task, void *state)
{
	(void)task;
	++*(unsigned *)state;
	return TASK_PENDING;
}

static const struct task_class sleeper_class = {.name = "sleeper", .poll = sleep_on};

Test(resolver, what_cannot_be_a_name_is_refused)
{
	unsigned polls = 0;
	struct query *query = NULL;
	struct task *task;
	char name[256];

	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	cr_assert_eq(task_spawn(executor, &sleeper_class, &polls, &task), 0);
	cr_expect_eq(resolver_ask(resolver, name, 1, AF_INET, task, &query), -EINVAL);
	cr_expect_eq(resolver_ask(resolver, "", 1, AF_INET, task, &query), -EINVAL);
	cr_expect_null(query);
	run_on(executor, (void (*)(void *))task_cancel, task);
	end();
}

struct dropping {
	struct task *task;
	unsigned polls;
};

static void ask_and_drop(void *user)
{
	struct dropping *dropping = user;
	struct query *query;

	for (int i = 0; i < 100; i++) {
		cr_assert_eq(
			resolver_ask(resolver, "127.0.0.1", 1, AF_INET, dropping->task, &query), 0);
		query_drop(query);
		/* Owner, executor. */
		cr_assert_leq(object_refs((struct object *)dropping->task), 3);
	}
}

Test(resolver, a_dropped_query_wakes_nobody_and_holds_nothing)
{
	struct dropping dropping = {0};
	struct asker after = {.host = "127.0.0.1", .family = AF_INET};
	unsigned before;

	cr_assert_eq(task_spawn(executor, &sleeper_class, &dropping.polls, &dropping.task), 0);
	run_on(executor, nothing, NULL);
	run_on(executor, ask_and_drop, &dropping);
	run_on(executor, nothing, NULL);
	before = dropping.polls;
	spawn(&after);
	run_on(executor, nothing, NULL);
	cr_expect_eq(dropping.polls, before);
	cr_expect_eq(object_refs((struct object *)dropping.task), 2);
	run_on(executor, (void (*)(void *))task_cancel, dropping.task);
	query_drop(NULL);
	end();
}

Test(resolver, what_is_open_when_it_ends_is_cancelled)
{
	enum { QUERIES = 50 };
	struct query *queries[QUERIES];
	struct sockaddr_storage address;
	struct resolver *own;
	unsigned polls = 0, cancelled = 0;
	struct task *task;

	cr_assert_eq(task_spawn(executor, &sleeper_class, &polls, &task), 0);
	cr_assert_eq(resolver_create(&own), 0);
	sem_init(&is_joined, 0, 0);
	atomic_store(&is_slow, true);
	for (int i = 0; i < QUERIES; i++)
		cr_assert_eq(resolver_ask(own, "localhost", 1, AF_INET, task, &queries[i]), 0);
	resolver_destroy(own);
	for (int i = 0; i < QUERIES; i++) {
		int answer = query_answer(queries[i], &address);

		cr_expect(answer == 0 || answer == -ECANCELED);
		cancelled += answer == -ECANCELED;
		query_drop(queries[i]);
	}
	cr_expect_geq(cancelled, QUERIES - 1, "all but the one that was being looked for");
	cr_expect_eq(object_refs((struct object *)task), 2);
	run_on(executor, (void (*)(void *))task_cancel, task);
	resolver_destroy(NULL);
	end();
}
