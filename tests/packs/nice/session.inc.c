/* SPDX-License-Identifier: Apache-2.0 */
/* Two agents, connected over 127.0.0.1, with a message each way. */
#include <agent.h>
#include <stdio.h>
#include <string.h>

enum { SIDES = 2, DEADLINE_SECONDS = 60 };
static const char message[] = "hello";

struct side {
	NiceAgent *agent;
	guint stream;
	gboolean gathered, closed;
	gboolean heard;
};

static GMainContext *context;
static gboolean is_late;

static gboolean on_deadline(gpointer unused)
{
	(void)unused;
	is_late = TRUE;
	return G_SOURCE_REMOVE;
}

static void on_gathered(NiceAgent *agent, guint stream, gpointer data)
{
	(void)agent, (void)stream;
	((struct side *)data)->gathered = TRUE;
}

static void on_message(NiceAgent *agent, guint stream, guint component, guint bytes, gchar *text,
		       gpointer data)
{
	(void)agent, (void)stream, (void)component;
	if (bytes == sizeof(message) && memcmp(text, message, bytes) == 0)
		((struct side *)data)->heard = TRUE;
}

static void on_closed(GObject *agent, GAsyncResult *result, gpointer data)
{
	(void)agent, (void)result;
	((struct side *)data)->closed = TRUE;
}

static void wait_for(const gboolean *flag)
{
	while (!*flag && !is_late)
		g_main_context_iteration(context, TRUE);
}

static void make_agent(struct side *side, gboolean is_controlling)
{
	NiceAddress address;

	side->agent = nice_agent_new(context, NICE_COMPATIBILITY_RFC5245);
	g_object_set(side->agent, "controlling-mode", is_controlling, "upnp", FALSE, "ice-tcp",
		     FALSE, NULL);
	nice_address_init(&address);
	nice_address_set_from_string(&address, "127.0.0.1");
	nice_agent_add_local_address(side->agent, &address);
	g_signal_connect(side->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), side);
	side->stream = nice_agent_add_stream(side->agent, 1);
	nice_agent_attach_recv(side->agent, side->stream, 1, context, on_message, side);
	nice_agent_gather_candidates(side->agent, side->stream);
	wait_for(&side->gathered);
}

static void tell(struct side *from, struct side *to)
{
	GSList *candidates = nice_agent_get_local_candidates(from->agent, from->stream, 1);
	gchar *ufrag, *pwd;

	nice_agent_get_local_credentials(from->agent, from->stream, &ufrag, &pwd);
	nice_agent_set_remote_credentials(to->agent, to->stream, ufrag, pwd);
	nice_agent_set_remote_candidates(to->agent, to->stream, 1, candidates);
	g_slist_free_full(candidates, (GDestroyNotify)nice_candidate_free);
	g_free(ufrag);
	g_free(pwd);
}

static void send_until_heard(struct side *from, struct side *to)
{
	while (nice_agent_get_component_state(from->agent, from->stream, 1) !=
		       NICE_COMPONENT_STATE_READY &&
	       !is_late)
		g_main_context_iteration(context, TRUE);
	while (nice_agent_send(from->agent, from->stream, 1, sizeof(message), message) < 0 &&
	       !is_late)
		g_main_context_iteration(context, TRUE);
	wait_for(&to->heard);
}

static void close_agent(struct side *side, gboolean is_awaited)
{
	nice_agent_close_async(side->agent, on_closed, side);
	if (is_awaited)
		wait_for(&side->closed);
	g_object_unref(side->agent);
}

static struct side *begin_session(void)
{
	struct side *sides = g_new0(struct side, SIDES);

	make_agent(&sides[0], TRUE);
	make_agent(&sides[1], FALSE);
	tell(&sides[0], &sides[1]);
	tell(&sides[1], &sides[0]);
	send_until_heard(&sides[0], &sides[1]);
	send_until_heard(&sides[1], &sides[0]);
	return sides;
}

/* What sessions does has a context of its own, and a minute. */
static int run(void (*sessions)(gboolean is_bug), gboolean is_bug)
{
	GSource *deadline = g_timeout_source_new_seconds(DEADLINE_SECONDS);

	context = g_main_context_new();
	g_main_context_push_thread_default(context);
	g_source_set_callback(deadline, on_deadline, NULL, NULL);
	g_source_attach(deadline, context);
	sessions(is_bug);
	g_source_destroy(deadline);
	g_source_unref(deadline);
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
	if (is_late)
		fprintf(stderr, "late\n");
	return is_late;
}

/* Called with bug|right CLASS. */
static int run_program(int argc, char **argv, void (*sessions)(gboolean is_bug))
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
		return 2;
	}
	return run(sessions, strcmp(argv[1], "bug") == 0);
}
