/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server and its clients on one loop over 127.0.0.1, all by asynchronous calls: echo bug|right
 * CLASS. GTcpConnection: the server never lets go of a connection. GSocketClient: the client keeps
 * itself and its connection. GTask: a read is given up by its GCancellable, and its result is kept.
 */
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

enum { SESSIONS = 3, DEADLINE_SECONDS = 60 };
static const char hello[] = "hello";

/* One connection, at either end. */
struct end {
	GSocketConnection *connection;
	GCancellable *cancellable;
	char text[sizeof(hello)];
	gboolean is_server;
};

static GMainLoop *loop;
static gboolean forgets_connection, forgets_client, forgets_result;
static unsigned ended, echoed, cancelled;

static GInputStream *input_of(const struct end *end)
{
	return g_io_stream_get_input_stream(G_IO_STREAM(end->connection));
}

static GOutputStream *output_of(const struct end *end)
{
	return g_io_stream_get_output_stream(G_IO_STREAM(end->connection));
}

static gboolean on_deadline(gpointer unused)
{
	(void)unused;
	g_printerr("late\n");
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static void end_finish(struct end *end, gboolean is_forgotten)
{
	g_io_stream_close(G_IO_STREAM(end->connection), NULL, NULL);
	if (!is_forgotten)
		g_object_unref(end->connection);
	g_clear_object(&end->cancellable);
	g_free(end);
	if (++ended == 2 * SESSIONS)
		g_main_loop_quit(loop);
}

/* The server's second read is given up by the client's end, the client's by a GCancellable. */
static void on_last_read(GObject *stream, GAsyncResult *result, gpointer data)
{
	struct end *end = data;
	GError *error = NULL;
	gssize bytes = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, &error);

	if (bytes < 0 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		cancelled++;
	g_clear_error(&error);
	if (forgets_result && !end->is_server)
		g_object_ref(result);
	end_finish(end, end->is_server && forgets_connection);
}

static void read_on(struct end *end)
{
	g_input_stream_read_async(input_of(end), end->text, sizeof(end->text), G_PRIORITY_DEFAULT,
				  end->cancellable, on_last_read, end);
}

static void on_echo(GObject *stream, GAsyncResult *result, gpointer data)
{
	struct end *end = data;
	gsize bytes = 0;

	g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, &bytes, NULL);
	echoed += bytes == sizeof(hello) && memcmp(end->text, hello, bytes) == 0;
	end->cancellable = g_cancellable_new();
	read_on(end);
	g_cancellable_cancel(end->cancellable);
}

static void on_written(GObject *stream, GAsyncResult *result, gpointer data)
{
	struct end *end = data;

	g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, NULL);
	if (end->is_server)
		read_on(end);
	else
		g_input_stream_read_all_async(input_of(end), end->text, sizeof(end->text),
					      G_PRIORITY_DEFAULT, NULL, on_echo, end);
}

static void write_text(struct end *end, const char *text)
{
	g_output_stream_write_all_async(output_of(end), text, sizeof(hello), G_PRIORITY_DEFAULT,
					NULL, on_written, end);
}

static void on_request(GObject *stream, GAsyncResult *result, gpointer data)
{
	struct end *end = data;

	g_input_stream_read_all_finish(G_INPUT_STREAM(stream), result, NULL, NULL);
	write_text(end, end->text);
}

static gboolean on_incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
			    gpointer unused)
{
	struct end *end = g_new0(struct end, 1);

	(void)service, (void)source, (void)unused;
	end->is_server = TRUE;
	end->connection = g_object_ref(connection);
	g_input_stream_read_all_async(input_of(end), end->text, sizeof(end->text),
				      G_PRIORITY_DEFAULT, NULL, on_request, end);
	return TRUE;
}

static void on_connected(GObject *client, GAsyncResult *result, gpointer data)
{
	struct end *end = data;

	end->connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, NULL);
	g_assert_nonnull(end->connection);
	write_text(end, hello);
}

static void connect_client(guint16 port)
{
	GInetAddress *loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
	GSocketAddress *address = g_inet_socket_address_new(loopback, port);
	GSocketClient *client = g_socket_client_new();

	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(address), NULL, on_connected,
				      g_new0(struct end, 1));
	if (!forgets_client)
		g_object_unref(client);
	g_object_unref(address);
	g_object_unref(loopback);
}

static guint16 listen_on_loopback(GSocketService *service)
{
	GInetAddress *loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
	GSocketAddress *wanted = g_inet_socket_address_new(loopback, 0), *bound;
	guint16 port;

	g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(service), wanted,
						    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
						    NULL, &bound, NULL));
	port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
	g_object_unref(bound);
	g_object_unref(wanted);
	g_object_unref(loopback);
	return port;
}

static void run(void)
{
	GSocketService *service = g_socket_service_new();
	guint16 port = listen_on_loopback(service);
	guint deadline = g_timeout_add_seconds(DEADLINE_SECONDS, on_deadline, NULL);

	loop = g_main_loop_new(NULL, FALSE);
	g_signal_connect(service, "incoming", G_CALLBACK(on_incoming), NULL);
	for (unsigned i = 0; i < SESSIONS; i++)
		connect_client(port);
	g_main_loop_run(loop);
	g_main_loop_unref(loop);
	g_source_remove(deadline);
	g_socket_service_stop(service);
	g_socket_listener_close(G_SOCKET_LISTENER(service));
	g_object_unref(service);
	/* What was given up has its callback yet to come. */
	while (g_main_context_iteration(NULL, FALSE))
		;
}

int main(int argc, char **argv)
{
	gboolean is_bug = argc == 3 && strcmp(argv[1], "bug") == 0;

	if (argc != 3) {
		fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
		return 2;
	}
	forgets_connection = is_bug && strcmp(argv[2], "GTcpConnection") == 0;
	forgets_client = is_bug && strcmp(argv[2], "GSocketClient") == 0;
	forgets_result = is_bug && strcmp(argv[2], "GTask") == 0;
	run();
	printf("%u echoed, %u cancelled\n", echoed, cancelled);
	return echoed == SESSIONS && cancelled == SESSIONS ? 0 : 1;
}
