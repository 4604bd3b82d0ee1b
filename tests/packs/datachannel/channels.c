/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection with a channel and a track, a WebSocket and its server, with callbacks, by
 * libdatachannel's C API. bug CLASS: the thing of that class is never deleted (and nothing cleans
 * up: that would delete it). libdatachannel: preloaded, and bug: never cleaned up.
 */
#include "rtc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int messages, states;

static void on_message(int id, const char *message, int size, void *user)
{
	(void)id;
	if (user != &messages || size != 5 || memcmp(message, "track", 5) != 0)
		exit(1);
	pthread_mutex_lock(&lock);
	messages++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void on_state(int pc, int state, void *user)
{
	(void)pc;
	(void)state;
	(void)user;
	pthread_mutex_lock(&lock);
	states++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void on_client(int server, int socket, void *user)
{
	(void)server;
	(void)socket;
	(void)user;
}

static void await(const int *count, int wanted)
{
	pthread_mutex_lock(&lock);
	while (*count < wanted)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void begin(void)
{
	rtcPreload();
}

static int make_connection(void)
{
	int config = 0, pc = rtcCreatePeerConnection(&config);

	rtcSetStateChangeCallback(pc, on_state);
	return pc;
}

static int make_channel(int pc)
{
	int dc = rtcCreateDataChannel(pc, "label");

	rtcSetUserPointer(dc, &messages);
	rtcSetMessageCallback(dc, on_message);
	return dc;
}

static int make_track(int pc)
{
	return rtcAddTrack(pc, "video");
}

static int make_socket(void)
{
	return rtcCreateWebSocket("ws://127.0.0.1/");
}

static int make_server(void)
{
	int config = 0;

	return rtcCreateWebSocketServer(&config, on_client);
}

int main(int argc, char **argv)
{
	bool right = argc == 3 && strcmp(argv[1], "right") == 0;
	const char *forgotten = argc == 3 && !right ? argv[2] : "";
	int pc, dc, tr, ws, server;

	if (argc == 3 && strcmp(argv[2], "libdatachannel") == 0)
		begin();
	pc = make_connection();
	dc = make_channel(pc);
	tr = make_track(pc);
	ws = make_socket();
	server = make_server();
	for (int i = 0; i < 10; i++)
		rtcSendMessage(dc, "track", 5);
	await(&messages, 10);
	/* taken back, and then nothing is called */
	rtcSetMessageCallback(dc, NULL);
	rtcSendMessage(dc, "track", 5);
	if (strcmp(forgotten, "DataChannel") != 0)
		rtcDeleteDataChannel(dc);
	if (strcmp(forgotten, "Track") != 0)
		rtcDeleteTrack(tr);
	if (strcmp(forgotten, "PeerConnection") != 0) {
		rtcClosePeerConnection(pc);
		await(&states, 1);
		rtcDeletePeerConnection(pc);
	}
	if (strcmp(forgotten, "WebSocket") != 0)
		rtcDelete(ws);
	if (strcmp(forgotten, "WebSocketServer") != 0)
		rtcDeleteWebSocketServer(server);
	if (right)
		rtcCleanup();
	printf("%d messages\n", messages);
	return 0;
}
