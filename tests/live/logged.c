/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that counts references in macros and logs each, in the words of Janus: what a log
 * of inlined code looks like. What is told of it by track.h belongs to a connection.
 *
 *   live_logged SESSIONS FORGOTTEN [tell]
 *
 * Of each session the first FORGOTTEN objects keep the reference that a lookup took. tell: the
 * program says of each object that it belongs to its session, which is closed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <track/track.h>

enum { OBJECTS = 4 };

struct counter {
	int count;
	void (*free)(struct counter *counter);
};

#define LOG(what, counter, left)                                                                   \
	printf("[%s:%s:%d:%s] %p (%d)\n", "logged.c", __func__, __LINE__, what, (void *)(counter), \
	       left)
#define COUNTER_INIT(counter, free_)                                                               \
	do {                                                                                       \
		(counter)->count = 1;                                                              \
		LOG("init", counter, 1);                                                           \
		(counter)->free = (free_);                                                         \
	} while (0)
#define COUNTER_INCREASE(counter)                                                                  \
	do {                                                                                       \
		LOG("increase", counter, (counter)->count + 1);                                    \
		(counter)->count++;                                                                \
	} while (0)
#define COUNTER_DECREASE(counter)                                                                  \
	do {                                                                                       \
		LOG("decrease", counter, (counter)->count - 1);                                    \
		if (--(counter)->count == 0)                                                       \
			(counter)->free(counter);                                                  \
	} while (0)

static bool tells;

static void free_stream(struct counter *counter)
{
	if (tells)
		track_destroy(track_object(counter));
	free(counter);
}

static struct counter *stream_create(const void *session)
{
	struct counter *stream = malloc(sizeof(*stream));

	if (stream == NULL)
		abort();
	COUNTER_INIT(stream, free_stream);
	if (tells) {
		track_create(track_object(stream), "Stream");
		track_own(track_scope(session), track_object(stream));
	}
	return stream;
}

static void stream_find(struct counter *stream)
{
	COUNTER_INCREASE(stream);
}

static void stream_done(struct counter *stream)
{
	COUNTER_DECREASE(stream);
}

static void run_session(int forgotten)
{
	struct counter *streams[OBJECTS];
	void *session = malloc(1);

	if (tells)
		track_scope_open(session, "Session", TRACK_MUST_CLOSE);
	for (int i = 0; i < OBJECTS; i++)
		streams[i] = stream_create(session);
	for (int i = 0; i < OBJECTS; i++) {
		stream_find(streams[i]);
		if (i >= forgotten)
			stream_done(streams[i]);
		COUNTER_DECREASE(streams[i]);
	}
	if (tells) {
		track_scope_close(session);
		track_scope_closed(session);
		track_scope_destroy(session);
	}
}

int main(int argc, char **argv)
{
	const struct timespec grace = {.tv_sec = 1, .tv_nsec = 100000000};

	if (argc < 3)
		return 2;
	tells = argc > 3 && strcmp(argv[3], "tell") == 0;
	printf("logged: %s sessions\n", argv[1]);
	for (int i = 0; i < atoi(argv[1]); i++)
		run_session(atoi(argv[2]));
	/* What is alive so long after its session is leaked. */
	if (tells)
		nanosleep(&grace, NULL);
	return 0;
}
