/* SPDX-License-Identifier: Apache-2.0 */
#include "library.h"

#include <errno.h>
#include <stddef.h>

struct thing library_things[64];

static struct {
	size_t things;
	reader_fn *reader;
	void *reader_data;
	once_fn *once;
	void *once_data;
	over_fn *once_over;
	struct thing *ticked;
	ticker_fn *ticker;
	over_fn *ticker_over;
	id_fn *id_function;
	int id;
	void (*dies)(void *, void *);
	struct thing *dying;
	void (*all_die)(void *);
} state;

static struct thing *next_thing(void)
{
	struct thing *thing = &library_things[state.things++];

	*thing = (struct thing){.fd = -1, .count = 1, .other = thing, .text = "a text"};
	return thing;
}

struct thing *plain_new(int ok)
{
	return ok ? next_thing() : NULL;
}

struct thing *plain_ref(struct thing *thing)
{
	return thing;
}

void plain_hold(struct thing *thing, struct thing *holder)
{
	(void)thing, (void)holder;
}

void plain_unref(struct thing *thing)
{
	(void)thing;
}

void plain_free(struct thing *thing)
{
	(void)thing;
}

/* What was pointed to is gone afterwards, whether it was freed or not. */
int plain_try_free(struct thing **thing, int error)
{
	*thing = NULL;
	return error;
}

int plain_out(int how, struct thing **ret_thing)
{
	if (how < 0)
		return how;
	*ret_thing = next_thing();
	return 0;
}

struct thing *counted_new(void)
{
	return next_thing();
}

void counted_unref(struct thing *thing)
{
	if (thing)
		thing->count--;
}

struct thing *shifted_new(void)
{
	return next_thing();
}

void shifted_unref(struct thing *thing)
{
	thing->count--;
}

struct thing *noticed_new(void)
{
	return next_thing();
}

void noticed_kill(struct thing *thing)
{
	if (state.dies && state.dying == thing)
		state.dies(NULL, thing);
}

struct thing *registered_new(void)
{
	return next_thing();
}

void registered_kill(struct thing *thing)
{
	if (state.all_die)
		state.all_die(thing);
}

struct thing *session_open(void)
{
	return next_thing();
}

bool session_close(struct thing *session)
{
	bool was_open = session->count != 0;

	session->fd = -1;
	session->count = 0;
	return was_open;
}

void session_work(struct thing *session)
{
	session->fd = 1;
}

/* Its session's work lies in a call of its own. */
void plain_work(struct thing *thing)
{
	session_send(thing->other);
}

int session_send(struct thing *session)
{
	return session->fd;
}

void session_adopt(struct thing *session, struct thing *thing)
{
	if (session)
		session->other = thing;
}

int session_take(struct thing *session, int fd)
{
	session->fd = fd;
	return fd == 99 ? -1 : 0;
}

void noticed_adopt(struct thing *owner, struct thing *thing)
{
	owner->other = thing;
}

int reader_set(struct thing *session, reader_fn *reader, void *data)
{
	if (!session)
		return -1;
	state.reader = reader;
	state.reader_data = data;
	return 0;
}

int reader_run(struct thing *thing)
{
	return state.reader(thing, state.reader_data);
}

/* Another function of the pack gets what this one was given. */
int reader_set_through(struct thing *session, reader_fn *reader, void *data)
{
	return reader_set(session, reader, data);
}

bool reader_is(reader_fn *reader)
{
	return reader == state.reader;
}

void reader_unset(reader_fn *reader, void *data)
{
	if (reader == state.reader && data == state.reader_data)
		state.reader = NULL;
}

void reader_drop(reader_fn *reader, void *data)
{
	if (reader == state.reader && data == state.reader_data)
		state.reader = NULL;
}

void once_full(once_fn *function, void *data, over_fn *over)
{
	state.once = function;
	state.once_data = data;
	state.once_over = over;
}

void once(once_fn *function, void *data)
{
	once_full(function, data, NULL);
}

void once_run(void)
{
	state.once(state.once_data);
}

void once_end(void)
{
	if (state.once_over)
		state.once_over(state.once_data);
}

void ticker_start(struct thing *thing, ticker_fn *function, over_fn *over)
{
	state.ticked = thing;
	state.ticker = function;
	state.ticker_over = over;
}

int ticker_run(void)
{
	return state.ticker(state.ticked);
}

void ticker_end(void)
{
	if (state.ticker_over)
		state.ticker_over(state.ticked);
}

int id_start(id_fn *function, int first)
{
	state.id_function = function;
	state.id = first;
	return first;
}

int id_run(void)
{
	return state.id_function(state.id);
}

int id_stop(int id)
{
	return id == state.id ? 1 : 0;
}

void id_fire(int id)
{
	state.id = id;
}

void reader_call(void *data)
{
	state.reader_data = data;
}

long many(long a, void *b, long c, void *d, long e, long f, long g, long h, void *i)
{
	(void)b, (void)d, (void)i;
	return a + 10 * c + 100 * e + 1000 * f + 10000 * g + 100000 * h;
}

struct thing *make(const char *text, ...)
{
	struct thing *thing;
	va_list list;

	va_start(list, text);
	thing = make_list(text, list);
	va_end(list);
	return thing;
}

struct thing *make_list(const char *text, va_list list)
{
	struct thing *thing = next_thing();

	thing->text = text;
	thing->fd = (int)(va_arg(list, double) * 2);
	thing->count = va_arg(list, int);
	return thing;
}

const char *thing_name(const struct thing *thing)
{
	errno = EIO;
	return thing->fd == 5 ? "Special" : "Named";
}

int thing_fd(const struct thing *thing)
{
	errno = EIO;
	return thing->fd;
}

void thing_on_death(struct thing *thing, void (*function)(void *, void *), int seven)
{
	errno = EIO;
	state.dies = seven == 7 ? function : NULL;
	state.dying = thing;
}

void library_on_death(void (*function)(void *), int three)
{
	state.all_die = three == 3 && !state.all_die ? function : NULL;
}

/* Nobody else comes who would give it back: who waits is let through. */
void lock_take(struct thing *lock)
{
	lock->count = 1;
}

int lock_try(struct thing *lock)
{
	errno = EIO;
	return !lock->count++;
}

void lock_give(struct thing *lock)
{
	lock->count = 0;
}

void lock_await(struct thing *condition, struct thing *lock)
{
	(void)condition, (void)lock;
}

int lock_await_until(struct thing *condition, struct thing *lock, long until)
{
	(void)condition, (void)lock;
	return until == 7;
}

void lock_wake(struct thing *condition)
{
	(void)condition;
}

void lock_renew(struct thing *lock)
{
	lock->count = 0;
}

void lock_retire(struct thing *lock)
{
	lock->count = 0;
}
