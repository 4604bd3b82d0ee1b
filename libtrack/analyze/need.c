/* SPDX-License-Identifier: Apache-2.0 */
#include "need.h"

#include <errno.h>
#include <stdlib.h>

#include "image.h"
#include "word.h"

struct need {
	struct need *next;
	struct thing *user;
};

/* What serves all of a long run has very many users, one after another. */
static void drop_ended(struct life *used)
{
	struct need **at = &used->needs;

	while (*at != NULL) {
		struct need *need = *at;

		if (need->user->alive) {
			at = &need->next;
			continue;
		}
		*at = need->next;
		thing_drop(need->user);
		free(need);
	}
}

int need_add(struct life *used, struct thing *user, const struct collect_event *event)
{
	struct trace *trace = used->image->book->trace;
	struct need *need;
	int64_t used_id, user_id;
	int error;

	drop_ended(used);
	need = used->needs;
	while (need != NULL && need->user != user)
		need = need->next;
	if (need != NULL)
		return 0;
	need = malloc(sizeof(*need));
	if (need == NULL)
		return -ENOMEM;
	*need = (struct need){.next = used->needs, .user = thing_hold(user)};
	used->needs = need;
	error = life_keep(used, &used_id);
	if (error == 0)
		error = life_keep(&user->life, &user_id);
	return error != 0 ? error : trace_add_need(trace, user_id, used_id, event->time_ns);
}

int needs_judge(struct life *used, const struct collect_event *event)
{
	int error = 0;

	for (const struct need *need = used->needs; need != NULL && error == 0; need = need->next)
		if (need->user->alive && need->user->closed_ns == 0)
			error = life_act(used, event, "needed", &need->user->life);
	return error;
}

void needs_finish(struct life *used)
{
	while (used->needs != NULL) {
		struct need *next = used->needs->next;

		thing_drop(used->needs->user);
		free(used->needs);
		used->needs = next;
	}
}
