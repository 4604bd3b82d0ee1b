/* SPDX-License-Identifier: Apache-2.0 */
/* The library that the wrappers of standin.yaml are tried with. Things lie in one array. */
#ifndef STANDIN_LIBRARY_H
#define STANDIN_LIBRARY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

struct thing {
	int32_t fd, count;
	struct thing *other; /* of what is registered: itself */
	const char *text;
};

typedef int reader_fn(struct thing *thing, void *data);
typedef int once_fn(void *data);
typedef void over_fn(void *data);
typedef int ticker_fn(struct thing *thing);
typedef int id_fn(int id);

extern struct thing library_things[64];

struct thing *plain_new(int ok);
struct thing *plain_ref(struct thing *thing);
void plain_hold(struct thing *thing, struct thing *holder);
void plain_unref(struct thing *thing);
void plain_free(struct thing *thing);
int plain_try_free(struct thing **thing, int error);
int plain_out(int how, struct thing **ret_thing);
struct thing *counted_new(void);
void counted_unref(struct thing *thing);
struct thing *shifted_new(void);
void shifted_unref(struct thing *thing);
struct thing *noticed_new(void);
void noticed_kill(struct thing *thing);
struct thing *registered_new(void);
void registered_kill(struct thing *thing);
struct thing *session_open(void);
bool session_close(struct thing *session);
void session_work(struct thing *session);
void plain_work(struct thing *thing);
int session_send(struct thing *session);
void session_adopt(struct thing *session, struct thing *thing);
int session_take(struct thing *session, int fd);
void noticed_adopt(struct thing *owner, struct thing *thing);
int reader_set(struct thing *session, reader_fn *reader, void *data);
int reader_set_through(struct thing *session, reader_fn *reader, void *data);
int reader_run(struct thing *thing);
bool reader_is(reader_fn *reader);
void reader_unset(reader_fn *reader, void *data);
void reader_drop(reader_fn *reader, void *data);
void once_full(once_fn *function, void *data, over_fn *over);
void once(once_fn *function, void *data);
void once_run(void);
void once_end(void);
void ticker_start(struct thing *thing, ticker_fn *function, over_fn *over);
int ticker_run(void);
void ticker_end(void);
int id_start(id_fn *function, int first);
int id_run(void);
int id_stop(int id);
void id_fire(int id);
void reader_call(void *data);
long many(long a, void *b, long c, void *d, long e, long f, long g, long h, void *i);
struct thing *make(const char *text, ...);
struct thing *make_list(const char *text, va_list list);
struct thing *missing(int value) __attribute__((weak));
void lock_take(struct thing *lock);
int lock_try(struct thing *lock);
void lock_give(struct thing *lock);
void lock_await(struct thing *condition, struct thing *lock);
int lock_await_until(struct thing *condition, struct thing *lock, long until);
void lock_wake(struct thing *condition);
void lock_renew(struct thing *lock);
void lock_retire(struct thing *lock);

/* Only asked by the wrappers. */
const char *thing_name(const struct thing *thing);
int thing_fd(const struct thing *thing);
void thing_on_death(struct thing *thing, void (*function)(void *, void *), int seven);
void library_on_death(void (*function)(void *), int three);

#endif
