/* SPDX-License-Identifier: Apache-2.0 */
#include <run/callback.h>

#include <stdatomic.h>
#include <stddef.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

static atomic_uint unfired;

unsigned callback_unfired(void)
{
	return atomic_load(&unfired);
}

void callback_init(struct callback *callback, const char *name, enum callback_kind kind,
		   struct track_subject owner)
{
	pthread_mutexattr_t recursive;

	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&callback->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	callback->kind = kind;
	callback->fn = NULL;
	callback->user = NULL;
	callback->name = name;
	callback->owner = owner;
}

/* Whoever sets a function takes back the one before. */
static void tell(const struct callback *callback, callback_fn fn)
{
	if (callback->fn) {
		track_callback_cancel(callback);
		track_callback_release(callback);
	}
	if (fn) {
		track_callback_arm(callback, callback->name,
				   callback->kind == CALLBACK_ONE_SHOT ? TRACK_ONE_SHOT : 0);
		track_own(callback->owner, track_callback(callback));
	}
}

/* Under the lock. */
static void replace(struct callback *callback, callback_fn fn, void *user)
{
	if (callback->kind == CALLBACK_ONE_SHOT && callback->fn)
		atomic_fetch_sub(&unfired, 1);
	if (callback->kind == CALLBACK_ONE_SHOT && fn)
		atomic_fetch_add(&unfired, 1);
	callback->fn = fn;
	callback->user = user;
}

void callback_finish(struct callback *callback)
{
	callback_drop(callback);
	pthread_mutex_destroy(&callback->lock);
}

void callback_set(struct callback *callback, callback_fn fn, void *user)
{
	pthread_mutex_lock(&callback->lock);
	tell(callback, fn);
	replace(callback, fn, user);
	pthread_mutex_unlock(&callback->lock);
}

void callback_reset(struct callback *callback)
{
	callback_set(callback, NULL, NULL);
}

void callback_drop(struct callback *callback)
{
	pthread_mutex_lock(&callback->lock);
	if (callback->fn)
		track_callback_release(callback);
	replace(callback, NULL, NULL);
	pthread_mutex_unlock(&callback->lock);
}

bool callback_begin(struct callback *callback, callback_fn *ret_fn, void **ret_user)
{
	pthread_mutex_lock(&callback->lock);
	if (!callback->fn) {
		pthread_mutex_unlock(&callback->lock);
		return false;
	}
	track_callback_enter(callback);
	*ret_fn = callback->fn;
	*ret_user = callback->user;
	if (callback->kind == CALLBACK_ONE_SHOT)
		replace(callback, NULL, NULL);
	return true;
}

void callback_end(struct callback *callback)
{
	track_callback_leave(callback);
	pthread_mutex_unlock(&callback->lock);
}
