/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <run/object.h>
#include <stdlib.h>

/* A publisher has a stream, which he feeds, and which asks him for more. */
struct publisher {
	struct object object;
	struct stream *stream; /* retained (holder "publisher") */
	struct dc_channel *channel;
};

struct stream {
	struct object object;
	struct publisher *publisher; /* retained (holder "stream") until he unpublishes */
};

static void stream_free(struct object *object)
{
	free(object);
}

static void publisher_free(struct object *object)
{
	struct publisher *publisher = (struct publisher *)object;

	if (publisher->stream)
		object_release_by(&publisher->stream->object, "publisher", track_object(publisher));
	dc_channel_destroy(publisher->channel);
	free(publisher);
}

static const struct object_class publisher_class = {.name = "publisher", .destroy = publisher_free};
static const struct object_class stream_class = {.name = "stream", .destroy = stream_free};

static int stream_create(struct publisher *publisher, struct stream **ret_stream)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	int error = stream ? object_init(&stream->object, &stream_class, "maker") : -ENOMEM;

	if (error) {
		free(stream);
		return error;
	}
	object_retain_by(&stream->object, "publisher", track_object(publisher));
	object_retain_by(&publisher->object, "stream", track_object(stream));
	object_release(&stream->object, "maker");
	stream->publisher = publisher;
	*ret_stream = stream;
	return 0;
}

static int publisher_create(struct dc_channel *channel, struct publisher **ret_publisher)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	int error = publisher ? object_init(&publisher->object, &publisher_class, "room") : -ENOMEM;

	if (error) {
		free(publisher);
		return error;
	}
	error = stream_create(publisher, &publisher->stream);
	if (error) {
		object_release(&publisher->object, "room");
		return error;
	}
	publisher->channel = channel;
	*ret_publisher = publisher;
	return 0;
}

/* The stream lets go of who feeds it, who lets go of the stream when he ends. */
static void unpublish(struct publisher *publisher)
{
	object_release_by(&publisher->object, "stream", track_object(publisher->stream));
	publisher->stream->publisher = NULL;
}

/* The room is left: each of the two waits for the other to be freed. */
static int publish(const struct scene *scene, struct pair_end *end)
{
	struct publisher *publisher;
	int error = publisher_create(end->channel, &publisher);

	if (error)
		return error;
	track_own(track_scope(end->connection), track_object(publisher));
	track_own(track_object(publisher), track_scope(end->channel));
	end->channel = NULL;
	error = dc_channel_send(publisher->channel, DC_TEXT, "frame", 5);
	if (!scene_is_buggy(scene))
		unpublish(publisher);
	object_release(&publisher->object, "room");
	return error;
}

static int session(struct scene *scene, unsigned long number)
{
	struct pair pair;
	int error = pair_start(&pair, NULL);

	(void)number;
	if (!error)
		error = publish(scene, &pair.offerer);
	pair_finish(&pair);
	return error;
}

const struct play play_publisher_stream_cycle = {.session = session};
