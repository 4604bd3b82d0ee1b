/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that samples/dcstack/run lets several threads do at once, done at once: for
 * ThreadSanitizer, AddressSanitizer and valgrind, where the unit tests cannot run.
 *   dc_stress [ROUNDS]     says nothing and ends with 0, or tells what is wrong
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <run/callback.h>
#include <run/library.h>
#include <run/object.h>
#include <run/pool.h>
#include <run/resolver.h>
#include <run/task.h>
#include <run/timer.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 4, ACTORS = 30, STIRS = 100, TARGETS = 100 };

/* Like a connection: an object with a task, a timer, a socket, a query, and callbacks to its user.
 */
struct actor {
	struct object object;
	struct executor *executor;
	struct strand strand;
	struct callback on_fire;
	struct callback on_closed;
	struct job open, close;
	struct task *task;
	struct timer timer;
	struct watch watch;
	struct query *query;
	int fds[2];
	atomic_uint fired;
};

static atomic_uint closed_actors, dropped_tasks;

static void destroy(struct object *object)
{
	struct actor *actor = (struct actor *)object;

	strand_finish(&actor->strand);
	callback_finish(&actor->on_fire);
	callback_finish(&actor->on_closed);
	close(actor->fds[0]);
	close(actor->fds[1]);
	free(actor);
}

static const struct object_class class = {.name = "actor", .destroy = destroy};

/* What is told to the user: it holds its actor until it ran. */
struct news {
	struct job job;
	struct actor *actor;
	bool last;
};

typedef void (*news_fn)(struct actor *actor, void *user);

static void tell(struct job *job)
{
	struct news *news = (struct news *)job;
	struct actor *actor = news->actor;

	check(pool_is_current(library_pool()));
	if (news->last)
		callback_fire(&actor->on_closed, news_fn, actor);
	else
		callback_fire(&actor->on_fire, news_fn, actor);
	free(news);
	object_release(&actor->object, "news");
}

static void submit_news(struct actor *actor, bool last)
{
	struct news *news = malloc(sizeof(*news));

	check(news);
	*news = (struct news){.job.run = tell, .actor = actor, .last = last};
	object_retain(&actor->object, "news");
	strand_submit(&actor->strand, &news->job);
}

static enum task_state act(struct task *task, void *state)
{
	struct actor *actor = state;
	struct sockaddr_storage address;
	char bytes[16];

	check(task == actor->task && executor_is_current(actor->executor));
	actor->watch.ready = 0;
	while (read(actor->fds[0], bytes, sizeof(bytes)) > 0)
		;
	if (actor->query && query_answer(actor->query, &address) != -EAGAIN) {
		query_drop(actor->query);
		actor->query = NULL;
	}
	submit_news(actor, false);
	return TASK_PENDING;
}

static void drop(void *state)
{
	struct actor *actor = state;

	atomic_fetch_add(&dropped_tasks, 1);
	object_release(&actor->object, "task");
}

static const struct task_class task_class = {.name = "actor", .poll = act, .drop = drop};

static void tick(void *user)
{
	struct actor *actor = user;

	task_wake(actor->task);
	check(timer_arm(&actor->timer, 100000) == 0);
}

static void open_there(struct job *job)
{
	struct actor *actor = (struct actor *)((char *)job - offsetof(struct actor, open));

	object_retain(&actor->object, "task");
	check(task_spawn(actor->executor, &task_class, actor, &actor->task) == 0);
	check(watch_add(&actor->watch, actor->executor, actor->fds[0], EPOLLIN, actor->task) == 0);
	check(resolver_ask(library_resolver(), "127.0.0.1", 1, AF_INET, actor->task,
			   &actor->query) == 0);
	timer_init(&actor->timer, actor->executor, "tick", tick, actor);
	check(timer_arm(&actor->timer, 0) == 0);
	object_release(&actor->object, "open");
}

static void close_there(struct job *job)
{
	struct actor *actor = (struct actor *)((char *)job - offsetof(struct actor, close));

	timer_cancel(&actor->timer);
	watch_remove(&actor->watch);
	query_drop(actor->query);
	task_cancel(actor->task);
	submit_news(actor, true);
	object_release(&actor->object, "close");
}

/* The user's side */

static void count_fire(struct actor *actor, void *user)
{
	(void)user;
	atomic_fetch_add(&actor->fired, 1);
}

static void count_closed(struct actor *actor, void *user)
{
	(void)user;
	callback_reset(&actor->on_fire);
	atomic_fetch_add(&closed_actors, 1);
}

static struct actor *create(void)
{
	struct actor *actor = calloc(1, sizeof(*actor));
	int error;

	check(actor);
	/* -EBUSY: what looks on has just ended everything. */
	do {
		error = object_init(&actor->object, &class, "user");
	} while (error == -EBUSY);
	check(error == 0);
	actor->executor = library_executor();
	strand_init(&actor->strand, library_pool());
	callback_init(&actor->on_fire, "on_fire", CALLBACK_PERSISTENT,
		      track_object(&actor->object));
	callback_init(&actor->on_closed, "on_closed", CALLBACK_ONE_SHOT,
		      track_object(&actor->object));
	callback_set(&actor->on_fire, (callback_fn)count_fire, NULL);
	check(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, actor->fds) == 0);
	actor->open.run = open_there;
	actor->close.run = close_there;
	object_retain(&actor->object, "open");
	executor_post(actor->executor, &actor->open);
	return actor;
}

static void stir(struct actor *actor, unsigned number)
{
	check(write(actor->fds[1], "x", 1) == 1 || errno == EAGAIN);
	if (number % 10 == 3)
		callback_set(&actor->on_fire, (callback_fn)count_fire, NULL);
	if (number % 10 == 7)
		callback_reset(&actor->on_fire);
	object_retain(&actor->object, "stir");
	object_release(&actor->object, "stir");
}

static void finish(struct actor *actor)
{
	callback_set(&actor->on_closed, (callback_fn)count_closed, NULL);
	object_retain(&actor->object, "close");
	executor_post(actor->executor, &actor->close);
	object_release(&actor->object, "user");
}

static void *use(void *user)
{
	struct actor *actors[ACTORS];

	for (unsigned i = 0; i < ACTORS; i++)
		actors[i] = create();
	for (unsigned i = 0; i < STIRS * ACTORS; i++)
		stir(actors[i % ACTORS], i / ACTORS);
	for (unsigned i = 0; i < ACTORS; i++) {
		callback_set(&actors[i]->on_fire, (callback_fn)count_fire, NULL);
		finish(actors[i]);
	}
	return user;
}

/* Tasks that all threads wake while they end by themselves. */
static struct target {
	struct task *task;
	unsigned polls, enough;
	bool cancels;
	atomic_bool over;
} targets[TARGETS];

static enum task_state target_poll(struct task *task, void *state)
{
	struct target *target = state;

	if (++target->polls < target->enough)
		return TASK_PENDING;
	if (!target->cancels)
		return TASK_DONE;
	task_retain(task, "owner");
	task_cancel(task);
	return TASK_PENDING;
}

static void target_drop(void *state)
{
	struct target *target = state;

	check(!atomic_exchange(&target->over, true));
}

static const struct task_class target_class = {
	.name = "target",
	.poll = target_poll,
	.drop = target_drop,
};

static void spawn_targets(void)
{
	for (unsigned i = 0; i < TARGETS; i++) {
		struct target *target = &targets[i];

		target->polls = 0;
		target->enough = 1 + i % 7;
		target->cancels = i % 2;
		atomic_store(&target->over, false);
		check(task_spawn(library_executor(), &target_class, target, &target->task) == 0);
	}
}

static void *shoot(void *user)
{
	for (unsigned i = 0; i < TARGETS * 50; i++)
		task_wake(targets[i % TARGETS].task);
	for (unsigned i = 0; i < TARGETS; i++) {
		while (!atomic_load(&targets[i].over))
			task_wake(targets[i].task);
	}
	return user;
}

/* What a curious program does meanwhile. It gives up the library's hold, too: with the actors of
 * a moment gone, everything ends and is started anew. */
static atomic_bool over;

static void count_objects(const struct object *object, void *user)
{
	*(unsigned *)user += object->refs != 0;
}

static void *look(void *user)
{
	while (!atomic_load(&over)) {
		struct library_counts counts;
		unsigned objects = 0;
		int error = library_cleanup(1);

		check(error == 0 || error == -ETIMEDOUT);
		library_count(&counts);
		object_visit(count_objects, &objects);
	}
	return user;
}

static void run_threads(void *(*run)(void *user))
{
	pthread_t threads[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		check(pthread_create(&threads[i], NULL, run, NULL) == 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void play_round(void)
{
	struct library_counts counts;
	pthread_t looker;

	atomic_store(&closed_actors, 0);
	atomic_store(&dropped_tasks, 0);
	atomic_store(&over, false);
	check(pthread_create(&looker, NULL, look, NULL) == 0);
	run_threads(use);
	atomic_store(&over, true);
	pthread_join(looker, NULL);

	check(library_cleanup(60000) == 0);
	check(atomic_load(&closed_actors) == THREADS * ACTORS);
	check(atomic_load(&dropped_tasks) == THREADS * ACTORS);
	library_count(&counts);
	check(!counts.objects && !counts.tasks_pending && !counts.timers_armed);
	check(!counts.callbacks_unfired && !counts.threads);
}

static void shoot_round(void)
{
	check(library_start(NULL) == 0);
	spawn_targets();
	run_threads(shoot);
	for (unsigned i = 0; i < TARGETS; i++) {
		task_release(targets[i].task, "owner");
		check(targets[i].polls == targets[i].enough);
	}
	check(library_cleanup(60000) == 0);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 5;

	while (rounds--) {
		play_round();
		shoot_round();
	}
	return 0;
}
