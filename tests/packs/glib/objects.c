/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing of each class that GLib counts: objects bug|right CLASS. bug: nobody lets go of it.
 * udp: of a GSocket its descriptor tells.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Functions of their own, so that each can be blamed by its name. */
static gpointer make_object(void)
{
	return g_object_new(G_TYPE_CANCELLABLE, NULL);
}

static gpointer make_socket(void)
{
	return g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP,
			    NULL);
}

static gpointer make_task(void)
{
	GTask *task = g_task_new(NULL, NULL, NULL, NULL);

	g_task_return_boolean(task, TRUE);
	while (!g_task_get_completed(task))
		g_main_context_iteration(NULL, TRUE);
	return task;
}

/* Whom nobody sank: the next reference would be the first. */
static gpointer make_floating(void)
{
	return g_object_new(G_TYPE_INITIALLY_UNOWNED, NULL);
}

static gpointer make_context(void)
{
	return g_main_context_new();
}

/* Its loop keeps the context after its maker let go. */
static gpointer make_loop(void)
{
	GMainContext *context = g_main_context_new();
	GMainLoop *loop = g_main_loop_new(context, FALSE);

	g_main_context_unref(context);
	return loop;
}

/* Destroyed by its callback, and still counted. */
static gboolean on_idle(gpointer called)
{
	*(gboolean *)called = TRUE;
	return G_SOURCE_REMOVE;
}

static gpointer make_source(void)
{
	GSource *source = g_idle_source_new();
	gboolean called = FALSE;

	g_source_set_callback(source, on_idle, &called, NULL);
	g_source_attach(source, NULL);
	while (!called)
		g_main_context_iteration(NULL, TRUE);
	return source;
}

static gpointer make_channel(void)
{
	return g_io_channel_unix_new(STDIN_FILENO);
}

static void do_nothing(gpointer data, gpointer user_data)
{
	(void)data, (void)user_data;
}

static gpointer make_pool(void)
{
	return g_thread_pool_new(do_nothing, NULL, 1, FALSE, NULL);
}

static void free_pool(gpointer pool)
{
	g_thread_pool_free(pool, FALSE, TRUE);
}

/* clang-format off */
static const struct {
	const char *name;
	gpointer (*make)(void);
	void (*let_go)(gpointer);
} classes[] = {
	{ "GCancellable", make_object, g_object_unref },
	{ "udp", make_socket, g_object_unref },
	{ "GTask", make_task, g_object_unref },
	{ "GInitiallyUnowned", make_floating, g_object_unref },
	{ "GMainLoop", make_loop, (void (*)(gpointer))g_main_loop_unref },
	{ "GMainContext", make_context, (void (*)(gpointer))g_main_context_unref },
	{ "GSource", make_source, (void (*)(gpointer))g_source_unref },
	{ "GIOChannel", make_channel, (void (*)(gpointer))g_io_channel_unref },
	{ "GThreadPool", make_pool, free_pool },
};
/* clang-format on */

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < G_N_ELEMENTS(classes); i++) {
		gpointer thing;

		if (strcmp(classes[i].name, argv[2]) != 0)
			continue;
		thing = classes[i].make();
		if (strcmp(argv[1], "right") == 0)
			classes[i].let_go(thing);
		return 0;
	}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}
