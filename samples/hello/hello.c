/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program on dcstack.h: two peers in this process say hello to each other. What goes
 * from one to the other by hand here, descriptions, is what an application's server would carry. */
#include <dcstack/dcstack.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dc_connection *caller, *callee;
static struct dc_channel *theirs; /* of the callee, once it has come */
static sem_t news;		  /* a message was heard, or a connection is closed */

static void check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "dc-hello: cannot %s: %s\n", what, strerror(-error));
	exit(EXIT_FAILURE);
}

static void on_message(struct dc_channel *channel, enum dc_kind kind, const void *data, size_t size,
		       void *user)
{
	(void)channel, (void)kind;
	printf("%s: %.*s\n", (const char *)user, (int)size, (const char *)data);
	sem_post(&news);
}

static void on_channel(struct dc_connection *connection, struct dc_channel *channel, void *user)
{
	(void)connection, (void)user;
	theirs = channel;
	dc_channel_on_message(channel, on_message, "the callee heard");
	check(dc_channel_send(channel, DC_TEXT, "hello, caller", 13), "send");
}

static void on_answer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection, (void)user;
	check(error, "answer");
	check(dc_connection_set_remote(caller, sdp, NULL, 0), "take the answer");
}

static void on_offer(struct dc_connection *connection, const char *sdp, int error, void *user)
{
	(void)connection, (void)user;
	check(error, "offer");
	check(dc_connection_set_remote(callee, sdp, NULL, 0), "take the offer");
	check(dc_connection_answer(callee, on_answer, NULL), "answer");
}

static void on_state(struct dc_connection *connection, enum dc_state state, void *user)
{
	(void)connection, (void)user;
	check(state == DC_FAILED ? -EHOSTUNREACH : 0, "connect");
}

static void on_closed(struct dc_connection *connection, void *user)
{
	(void)connection, (void)user;
	sem_post(&news);
}

static void await_news(unsigned count)
{
	while (count)
		count -= sem_wait(&news) == 0;
}

int main(void)
{
	const struct dc_config config = {.bind_address = "127.0.0.1"};
	const struct dc_channel_options options = {.label = "hello"};
	struct dc_channel *ours;

	check(sem_init(&news, 0, 0) ? -errno : 0, "start");
	check(dc_connection_create(&config, &caller), "create the caller");
	check(dc_connection_create(&config, &callee), "create the callee");
	dc_connection_on_state(caller, on_state, NULL);
	dc_connection_on_channel(callee, on_channel, NULL);
	check(dc_channel_open(caller, &options, &ours), "open a channel");
	dc_channel_on_message(ours, on_message, "the caller heard");
	check(dc_channel_send(ours, DC_TEXT, "hello, callee", 13),
	      "send"); /* goes when it is open */
	check(dc_connection_offer(caller, on_offer, NULL), "offer");
	await_news(2);
	check(dc_connection_close(caller, on_closed, NULL), "close the caller");
	check(dc_connection_close(callee, on_closed, NULL), "close the callee");
	await_news(2); /* here all sockets are closed */
	dc_channel_destroy(ours);
	dc_channel_destroy(theirs);
	dc_connection_destroy(caller);
	dc_connection_destroy(callee);
	check(dc_library_cleanup(5000), "end the library");
	return EXIT_SUCCESS;
}
