/* SPDX-License-Identifier: Apache-2.0 */
/* standin_program SCENE: calls the library, and says where it is. */
#include "library.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int reads(struct thing *thing, void *data)
{
	(void)data;
	printf("reading\n");
	return thing->count;
}

static int runs(void *data)
{
	(void)data;
	printf("running\n");
	return 1;
}

static void ends(void *data)
{
	(void)data;
	printf("ending\n");
}

static int ticks(struct thing *thing)
{
	printf("ticking\n");
	return thing->count--;
}

static int counts(int id)
{
	return id;
}

static void play_create(void)
{
	printf("got %d\n", plain_new(1) == &library_things[0]);
	printf("got %d\n", plain_new(0) != NULL);
}

static void play_references(void)
{
	struct thing *thing = plain_new(1);

	plain_ref(thing);
	plain_hold(thing, &library_things[9]);
	plain_hold(thing, NULL);
	plain_unref(thing);
	plain_unref(NULL);
	plain_ref(NULL);
}

static void play_destroy(void)
{
	struct thing *thing = plain_new(1), *failed;

	plain_free(thing);
	plain_free(thing); /* of whose birth nobody told, now */
	plain_free(NULL);
	thing = plain_new(1);
	failed = thing;
	plain_try_free(&failed, -1);
	plain_try_free(&thing, 0);
	plain_try_free(&thing, 0);
}

/* Ends of others do not count as its own. */
static void play_crowd(void)
{
	struct thing *thing = plain_new(1);

	for (uintptr_t other = 1; other < 1 << 18; other++)
		plain_free((struct thing *)(other << 4));
	plain_free(thing);
}

static void play_out(void)
{
	struct thing *thing = NULL;

	plain_out(-1, &thing);
	plain_out(0, &thing);
	plain_out(1, &thing);
}

static void play_counter(void)
{
	struct thing *thing = counted_new();

	thing->count = 2;
	counted_unref(thing);
	counted_unref(thing);
	counted_unref(NULL);
}

static void play_layout(void)
{
	struct thing *thing = shifted_new();

	shifted_unref(thing);
	shifted_new();
}

static void play_notice(void)
{
	struct thing *thing;

	errno = 5555;
	thing = noticed_new();
	printf("errno %d\n", errno);
	noticed_kill(thing);
}

static void play_notice_once(void)
{
	struct thing *first = registered_new();
	struct thing *second = registered_new();

	registered_kill(second);
	registered_kill(first);
	first->other = NULL;
	registered_kill(first);
}

static void play_scope(void)
{
	struct thing *session = session_open();

	printf("closed %d\n", session_close(session));
	printf("closed %d\n", session_close(session));
	session_work(session);
	session_work(&library_things[1]);
}

static void play_carries(void)
{
	struct thing *session = session_open(), *thing = plain_new(1);

	thing->other = session;
	plain_work(thing);
	session_send(session);
}

static void play_own(void)
{
	struct thing *session = session_open(), *thing = plain_new(1);

	errno = 5555;
	thing->fd = 0;
	session_adopt(session, thing);
	thing->fd = -1;
	thing->text = NULL;
	session_adopt(session, thing);
	session_adopt(NULL, thing);
	printf("errno %d\n", errno);
	session_take(session, 0);
	session_take(session, -1);
	session_take(session, 99);
}

static void play_named(void)
{
	struct thing *owner = noticed_new(), *thing = plain_new(1);

	noticed_adopt(owner, thing);
	owner->fd = 5;
	noticed_adopt(owner, thing);
}

static void play_arm(void)
{
	struct thing *session = session_open();

	reader_set(session, reads, session);
	session->count = 1;
	reader_run(session);
	session->count = 0;
	reader_run(session);
	reader_set(session, NULL, session);
}

static void play_arm_fails(void)
{
	printf("returned %d\n", reader_set(NULL, reads, library_things));
}

static void play_cancel(void)
{
	struct thing *session = session_open();

	reader_set(session, reads, session);
	printf("its own %d\n", reader_is(reads));
	reader_unset(reads, session);
	printf("gone %d\n", reader_is(NULL));
	reader_set(session, reads, session);
	reader_drop(reads, session);
	printf("gone %d\n", reader_is(NULL));
}

static void play_nested(void)
{
	struct thing *session = session_open();

	reader_set_through(session, reads, session);
	reader_run(session);
}

static void play_notify(void)
{
	once_full(runs, library_things, ends);
	once_run();
	once_end();
	once_full(runs, library_things, NULL);
	once_end();
	once_full(NULL, library_things, ends);
	once_end();
}

static void play_same(void)
{
	once(runs, library_things);
	once_run();
	once_end();
}

static void play_timer(void)
{
	struct thing *thing = &library_things[0];

	thing->count = 1;
	ticker_start(thing, ticks, ends);
	ticker_run();
	ticker_run();
	ticker_end();
}

static void play_ids(void)
{
	id_start(counts, 0);
	id_run();
	id_stop(0);
	id_start(counts, 7);
	id_fire(7);
	id_start(counts, -1);
}

static void play_fire(void)
{
	reader_call(library_things);
}

static void play_many(void)
{
	struct thing *thing = &library_things[2];

	thing->other = (struct thing *)(uintptr_t)0xfffffffbu;
	printf("sum %ld\n", many(1, NULL, 2, thing, 3, 4, 5, 6, thing));
	many(2, NULL, 2, thing, 3, 4, 5, 6, thing);
	many(1, thing, 2, thing, 3, 4, 5, 6, thing);
	many(1, NULL, 3, thing, 3, 4, 5, 6, thing);
	many(1, NULL, 2, NULL, 3, 4, 5, 6, thing);
	thing->other = NULL;
	many(1, NULL, 2, thing, 3, 4, 5, 6, thing);
}

static void play_variadic(void)
{
	struct thing *thing = make("first", 1.5, 42);

	printf("%s %d %d\n", thing->text, thing->fd, thing->count);
}

static void play_lock(void)
{
	struct thing *lock = &library_things[0];

	errno = 5555;
	lock_take(lock);
	printf("errno %d\n", errno);
	lock_take(lock);
	printf("got %d\n", lock_try(lock));
	lock_give(lock);
	printf("got %d\n", lock_try(lock));
	lock_renew(lock);
	lock_retire(lock);
}

static void play_condition(void)
{
	struct thing *lock = &library_things[0], *condition = &library_things[1];

	lock_await(condition, lock);
	printf("got %d\n", lock_await_until(condition, lock, 7));
	lock_wake(condition);
}

static void play_missing(void)
{
	printf("got %d\n", missing(1) != NULL);
}

static const struct {
	const char *name;
	void (*play)(void);
} scenes[] = {
#define SCENE(name)                                                                                \
	{                                                                                          \
#name, play_##name                                                                 \
	}
	SCENE(create),	SCENE(references), SCENE(destroy), SCENE(crowd),       SCENE(out),
	SCENE(counter), SCENE(layout),	   SCENE(notice),  SCENE(notice_once), SCENE(scope),
	SCENE(carries), SCENE(own),	   SCENE(named),   SCENE(arm),	       SCENE(arm_fails),
	SCENE(cancel),	SCENE(nested),	   SCENE(notify),  SCENE(same),	       SCENE(timer),
	SCENE(ids),	SCENE(fire),	   SCENE(many),	   SCENE(variadic),    SCENE(missing),
	SCENE(lock),	SCENE(condition),
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (strcmp(argv[1], scenes[i].name) == 0) {
			scenes[i].play();
			return fflush(stdout);
		}
	return 2;
}
