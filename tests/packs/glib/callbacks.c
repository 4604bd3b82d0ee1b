/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GLib calls back, in every form that registers it: callbacks bug|right CLASS. right: each is
 * called, or taken back. bug: the one of that class is left waiting.
 */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONG_MS = 3600 * 1000 };

static unsigned calls;

static void await_calls(unsigned count)
{
	while (calls < count)
		g_main_context_iteration(NULL, TRUE);
	calls = 0;
}

static gboolean on_call(gpointer data)
{
	unsigned *left = data;

	calls++;
	return left != NULL && --*left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* A function and its data may wait more than once. */
static gboolean on_call_again(gpointer data)
{
	calls++;
	if (calls < 3)
		g_timeout_add(0, on_call_again, data);
	return G_SOURCE_REMOVE;
}

static gboolean on_descriptor(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd, (void)condition;
	return on_call(data);
}

static gboolean on_channel(GIOChannel *channel, GIOCondition condition, gpointer data)
{
	(void)channel, (void)condition;
	return on_call(data);
}

static void on_child(GPid pid, gint status, gpointer data)
{
	(void)status;
	g_spawn_close_pid(pid);
	on_call(data);
}

static void on_notify(gpointer data)
{
	*(gboolean *)data = TRUE;
}

static void await_ticks(void)
{
	unsigned times = 3;

	g_timeout_add(0, on_call, &times);
	await_calls(3);
}

static void start_timeout(gboolean is_right)
{
	unsigned times = 3;
	gboolean is_over = FALSE;
	guint waiting = g_timeout_add(LONG_MS, on_call, &times);

	if (is_right)
		g_source_remove(waiting);
	await_ticks();
	g_timeout_add(0, on_call_again, NULL);
	await_calls(3);
	g_timeout_add_seconds(0, on_call, NULL);
	await_calls(1);
	waiting = g_timeout_add_full(G_PRIORITY_LOW, LONG_MS, on_call, &is_over, on_notify);
	g_source_remove(waiting);
	waiting = g_timeout_add_seconds_full(G_PRIORITY_LOW, LONG_MS, on_call, NULL, NULL);
	g_source_remove(waiting);
	g_assert_true(is_over);
}

/* These may stay until the process ends; their channel may not. */
static void start_watches(gboolean is_right)
{
	int ends[2];
	GIOChannel *channel;
	GPid pid;
	char *command[] = {"/bin/true", NULL};

	g_assert_true(g_unix_open_pipe(ends, FD_CLOEXEC, NULL));
	channel = g_io_channel_unix_new(ends[1]);
	g_idle_add(on_call, NULL);
	g_unix_fd_add(ends[1], G_IO_OUT, on_descriptor, NULL);
	g_io_add_watch(channel, G_IO_OUT, on_channel, NULL);
	await_calls(3);
	if (is_right)
		g_io_channel_unref(channel);
	close(ends[0]);
	close(ends[1]);
	g_unix_signal_add(SIGUSR1, on_call, NULL);
	raise(SIGUSR1);
	await_calls(1);
	g_assert_true(g_spawn_async(NULL, command, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
				    &pid, NULL));
	g_child_watch_add(pid, on_child, NULL);
	await_calls(1);
}

static void on_accepted(GObject *listener, GAsyncResult *result, gpointer data)
{
	GSocketConnection *connection =
		g_socket_listener_accept_finish(G_SOCKET_LISTENER(listener), result, NULL, NULL);

	(void)data;
	g_clear_object(&connection);
	calls++;
}

/* Nobody ever connects: it is taken back, or waits for ever. */
static void start_accept(gboolean is_right)
{
	GSocketListener *listener = g_socket_listener_new();
	GCancellable *cancellable = g_cancellable_new();

	g_socket_listener_add_any_inet_port(listener, NULL, NULL);
	g_socket_listener_accept_async(listener, cancellable, on_accepted, NULL);
	if (is_right) {
		g_cancellable_cancel(cancellable);
		await_calls(1);
	}
	g_object_unref(cancellable);
	g_object_unref(listener);
}

static void on_cancelled(GCancellable *cancellable, gpointer data)
{
	(void)cancellable;
	(*(unsigned *)data)++;
}

static void start_cancellable(gboolean is_right)
{
	GCancellable *cancellable = g_cancellable_new();
	unsigned cancelled = 0;
	gulong first =
		g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), &cancelled, NULL);

	g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), &cancelled, NULL);
	g_cancellable_disconnect(cancellable, first);
	g_cancellable_cancel(cancellable);
	g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), &cancelled, NULL);
	g_assert_cmpuint(cancelled, ==, 2);
	if (is_right)
		g_object_unref(cancellable);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*start)(gboolean is_right);
} classes[] = {
	{ "GLib_timeout", start_timeout },
	{ "GIOChannel", start_watches },
	{ "GAsyncReadyCallback", start_accept },
	{ "GCancellable", start_cancellable },
};
/* clang-format on */

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < G_N_ELEMENTS(classes); i++)
		if (strcmp(classes[i].name, argv[2]) == 0) {
			classes[i].start(strcmp(argv[1], "right") == 0);
			return 0;
		}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}
