/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <errno.h>
#include <stdlib.h>

#include "acts.h"
#include "thing.h"

enum { CALLS_MAX = 32 }; /* callbacks of a thread: more than a capture engine has in mind */

struct calls {
	size_t next; /* is forgotten next */
	struct call {
		struct thing *callback; /* NULL: none */
		struct act_place *late;
	} of[CALLS_MAX];
};

static struct calls *find(const struct u64map *all, uint32_t tid)
{
	const uint64_t *known = u64map_get(all, tid);

	return known != NULL ? (struct calls *)(uintptr_t)*known : NULL;
}

static struct call *find_call(struct calls *calls, uint64_t subject)
{
	for (size_t i = 0; i < CALLS_MAX; i++)
		if (calls->of[i].callback != NULL && calls->of[i].callback->life.subject == subject)
			return &calls->of[i];
	return NULL;
}

int call_told(struct u64map *all, uint32_t tid, struct thing *callback, struct act_place *late)
{
	struct calls *calls = find(all, tid);
	struct call *call;

	if (calls == NULL) {
		calls = calloc(1, sizeof(*calls));
		if (calls == NULL || u64map_put(all, tid, (uintptr_t)calls) != 0) {
			free(calls);
			return -ENOMEM;
		}
	}
	call = find_call(calls, callback->life.subject);
	if (call == NULL)
		call = &calls->of[calls->next++ % CALLS_MAX];
	thing_hold(callback);
	thing_drop(call->callback);
	*call = (struct call){callback, late};
	return 0;
}

void call_left_out(const struct u64map *all, uint32_t tid, uint64_t subject, uint32_t count)
{
	struct calls *calls = find(all, tid);
	struct call *call = calls != NULL ? find_call(calls, subject) : NULL;

	if (call == NULL)
		return;
	call->callback->fires += count;
	if (call->late != NULL)
		acts_add_more(call->late, count);
}

static void destroy(struct calls *calls)
{
	for (size_t i = 0; i < CALLS_MAX; i++)
		thing_drop(calls->of[i].callback);
	free(calls);
}

void calls_forget(struct u64map *all, uint32_t tid)
{
	struct calls *calls = find(all, tid);

	if (calls == NULL)
		return;
	u64map_remove(all, tid);
	destroy(calls);
}

void calls_finish(struct u64map *all)
{
	size_t cursor = 0;
	uint64_t tid, value;

	while (u64map_next(all, &cursor, &tid, &value))
		destroy((struct calls *)(uintptr_t)value);
	u64map_finish(all);
}
