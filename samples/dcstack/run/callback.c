/* SPDX-License-Identifier: Apache-2.0 */
#include <run/callback.h>

#include <stdatomic.h>
#include <stddef.h>

static atomic_uint unfired;

unsigned callback_unfired(void)
{
	return atomic_load(&unfired);
}

void callback_init(struct callback *callback, enum callback_kind kind)
{
	pthread_mutexattr_t recursive;

	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&callback->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	callback->kind = kind;
	callback->fn = NULL;
	callback->user = NULL;
}

void callback_finish(struct callback *callback)
{
	callback_drop(callback);
	pthread_mutex_destroy(&callback->lock);
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

void callback_set(struct callback *callback, callback_fn fn, void *user)
{
	pthread_mutex_lock(&callback->lock);
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
	*ret_fn = callback->fn;
	*ret_user = callback->user;
	if (callback->kind == CALLBACK_ONE_SHOT)
		replace(callback, NULL, NULL);
	return true;
}

void callback_end(struct callback *callback)
{
	pthread_mutex_unlock(&callback->lock);
}
