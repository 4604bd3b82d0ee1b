/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libdatachannel looks like from outside: ids that count up, shared by all it makes; callbacks
 * from a thread of its own, with the id and the user's pointer. A message comes back to who sent
 * it.
 */
#include "rtc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX 4096

struct thing {
	bool lives;
	void *user;
	rtcOpenCallbackFunc on_open;
	rtcMessageCallbackFunc on_message;
	rtcStateChangeCallbackFunc on_state;
	rtcWebSocketClientCallbackFunc on_client;
};

struct event {
	struct event *next;
	int id, state, size;
	char message[64];
};

static struct thing things[IDS_MAX];
static int ids;
static struct event *first, **last = &first;
static bool running, ending, busy;
static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void fire(const struct event *event, struct thing thing)
{
	if (!thing.lives)
		return;
	if (event->size && thing.on_message)
		thing.on_message(event->id, event->message, event->size, thing.user);
	if (!event->size && event->state && thing.on_state)
		thing.on_state(event->id, event->state, thing.user);
	if (!event->size && !event->state && thing.on_open)
		thing.on_open(event->id, thing.user);
}

static void *loop(void *unused)
{
	pthread_mutex_lock(&lock);
	while (first || !ending) {
		struct event *event = first;

		if (!event) {
			pthread_cond_wait(&changed, &lock);
			continue;
		}
		first = event->next;
		if (!first)
			last = &first;
		busy = true;
		pthread_mutex_unlock(&lock);
		fire(event, things[event->id]);
		free(event);
		pthread_mutex_lock(&lock);
		busy = false;
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
	return unused;
}

static struct thing *known(int id)
{
	return id > 0 && id < IDS_MAX && things[id].lives ? &things[id] : NULL;
}

/* Waits for what is under way, as the library does: no callback comes after a delete. */
static int end(int id)
{
	struct thing *thing = known(id);

	if (!thing)
		return RTC_ERR_INVALID;
	pthread_mutex_lock(&lock);
	while ((busy || first) && running && !pthread_equal(thread, pthread_self()))
		pthread_cond_wait(&changed, &lock);
	memset(thing, 0, sizeof(*thing));
	pthread_mutex_unlock(&lock);
	return 0;
}

static void start(void)
{
	pthread_mutex_lock(&lock);
	if (!running && pthread_create(&thread, NULL, loop, NULL) == 0)
		running = true;
	pthread_mutex_unlock(&lock);
}

static int make(void)
{
	int id;

	start();
	pthread_mutex_lock(&lock);
	id = ids + 1 < IDS_MAX ? ++ids : RTC_ERR_INVALID;
	if (id > 0)
		things[id].lives = true;
	pthread_mutex_unlock(&lock);
	return id;
}

static int post(int id, int state, const char *message, int size)
{
	struct event *event = calloc(1, sizeof(*event));

	if (!event || !known(id) || size > (int)sizeof(event->message)) {
		free(event);
		return RTC_ERR_INVALID;
	}
	event->id = id;
	event->state = state;
	event->size = size;
	memcpy(event->message, message, (size_t)size);
	pthread_mutex_lock(&lock);
	*last = event;
	last = &event->next;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return 0;
}

void rtcPreload(void)
{
	start();
}

void rtcCleanup(void)
{
	pthread_mutex_lock(&lock);
	ending = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	if (running)
		pthread_join(thread, NULL);
	running = false;
	ending = false;
	memset(things, 0, sizeof(things));
}

void rtcSetUserPointer(int id, void *user)
{
	struct thing *thing = known(id);

	if (thing)
		thing->user = user;
}

int rtcCreatePeerConnection(const void *config)
{
	return config ? make() : RTC_ERR_INVALID;
}

int rtcClosePeerConnection(int pc)
{
	return post(pc, 5, "", 0);
}

int rtcDeletePeerConnection(int pc)
{
	return end(pc);
}

int rtcCreateDataChannel(int pc, const char *label)
{
	return label && known(pc) ? make() : RTC_ERR_INVALID;
}

int rtcAddTrack(int pc, const char *description)
{
	return rtcCreateDataChannel(pc, description);
}

int rtcCreateWebSocket(const char *url)
{
	return url ? make() : RTC_ERR_INVALID;
}

int rtcCreateWebSocketServer(const void *config, rtcWebSocketClientCallbackFunc cb)
{
	int id = config ? make() : RTC_ERR_INVALID;

	if (id > 0)
		things[id].on_client = cb;
	return id;
}

int rtcDelete(int id)
{
	return end(id);
}

int rtcDeleteDataChannel(int dc)
{
	return end(dc);
}

int rtcDeleteTrack(int tr)
{
	return end(tr);
}

int rtcDeleteWebSocket(int ws)
{
	return end(ws);
}

int rtcDeleteWebSocketServer(int server)
{
	return end(server);
}

int rtcClose(int id)
{
	return known(id) ? 0 : RTC_ERR_INVALID;
}

#define SETTER(name, type, member)                                                                 \
	int name(int id, type cb)                                                                  \
	{                                                                                          \
		struct thing *thing = known(id);                                                   \
                                                                                                   \
		if (!thing)                                                                        \
			return RTC_ERR_INVALID;                                                    \
		pthread_mutex_lock(&lock);                                                         \
		thing->member = cb;                                                                \
		pthread_mutex_unlock(&lock);                                                       \
		return 0;                                                                          \
	}
SETTER(rtcSetOpenCallback, rtcOpenCallbackFunc, on_open)
SETTER(rtcSetMessageCallback, rtcMessageCallbackFunc, on_message)
SETTER(rtcSetStateChangeCallback, rtcStateChangeCallbackFunc, on_state)

int rtcSendMessage(int id, const char *data, int size)
{
	return size > 0 ? post(id, 0, data, size) : post(id, 0, "", 0);
}
