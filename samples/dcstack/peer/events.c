/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include "owner.h"

static void queue_clear(struct event_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

static void queue_add(struct event_queue *queue, struct event *event)
{
	event->next = NULL;
	*queue->last = event;
	queue->last = &event->next;
}

/* Leaves from empty. */
static void queue_move(struct event_queue *from, struct event_queue *to)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	queue_clear(from);
}

static struct event *take(struct events *events)
{
	struct event *first;

	pthread_mutex_lock(&events->lock);
	first = events->waiting.first;
	queue_clear(&events->waiting);
	pthread_mutex_unlock(&events->lock);
	return first;
}

static bool has_more(struct events *events)
{
	bool more;

	pthread_mutex_lock(&events->lock);
	more = events->waiting.first;
	events->scheduled = more;
	pthread_mutex_unlock(&events->lock);
	return more;
}

static void deliver(struct job *job)
{
	struct events *events = OWNER_OF(job, struct events, job);
	struct event *next;

	for (struct event *event = take(events); event; event = next) {
		next = event->next;
		event->deliver(event);
	}
	/* Other connections' events come first. */
	if (has_more(events))
		strand_submit(&events->strand, &events->job);
	else
		object_release(events->owner, "event");
}

void events_init(struct events *events, struct pool *pool, struct object *owner)
{
	*events = (struct events){.owner = owner, .job.run = deliver};
	strand_init(&events->strand, pool);
	pthread_mutex_init(&events->lock, NULL);
	queue_clear(&events->waiting);
	queue_clear(&events->round);
}

void events_finish(struct events *events)
{
	strand_finish(&events->strand);
	pthread_mutex_destroy(&events->lock);
}

void events_collect(struct events *events, struct event *event)
{
	queue_add(&events->round, event);
}

static void hand_over(struct events *events, struct event_queue *queue)
{
	bool first;

	pthread_mutex_lock(&events->lock);
	queue_move(queue, &events->waiting);
	first = !events->scheduled;
	events->scheduled = true;
	pthread_mutex_unlock(&events->lock);
	if (!first)
		return;
	object_retain(events->owner, "event");
	strand_submit(&events->strand, &events->job);
}

void events_flush(struct events *events)
{
	if (events->round.first)
		hand_over(events, &events->round);
}

void events_push(struct events *events, struct event *event)
{
	struct event_queue queue;

	queue_clear(&queue);
	queue_add(&queue, event);
	hand_over(events, &queue);
}
