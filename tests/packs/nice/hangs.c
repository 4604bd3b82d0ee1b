/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teardowns of agents that never come to their end: hangs bug|right NAME. One side's messages come
 * in a loop of another thread. libnice calls with no lock of its own held, so agents may be closed
 * and let go anywhere; who waits for what the loop has yet to call may not.
 */
#include "session.inc.c"

#include <stdlib.h>

static gboolean is_wrong;
static struct side *sides;
static GMutex user_lock;
static GCond changed;
static gboolean is_closed;
static gint stage;

static gpointer run_loop(gpointer loop)
{
	g_main_context_push_thread_default(context);
	g_main_loop_run(loop);
	g_main_context_pop_thread_default(context);
	return NULL;
}

static void await_message(void)
{
	while (!g_atomic_int_get(&stage))
		g_thread_yield();
}

/* locked: the loop's thread is joined with a lock that the receiver wants. */
static void receive_locked(NiceAgent *agent, guint stream, guint component, guint bytes,
			   gchar *text, gpointer loop)
{
	(void)agent, (void)stream, (void)component, (void)bytes, (void)text, (void)loop;
	g_atomic_int_set(&stage, 1);
	g_mutex_lock(&user_lock);
	g_mutex_unlock(&user_lock);
}

static void stop_locked(GMainLoop *loop, GThread *thread)
{
	g_mutex_lock(&user_lock);
	nice_agent_send(sides[0].agent, sides[0].stream, 1, sizeof(message), message);
	await_message();
	g_main_loop_quit(loop);
	if (!is_wrong)
		g_mutex_unlock(&user_lock);
	g_thread_join(thread);
	if (is_wrong)
		g_mutex_unlock(&user_lock);
}

/* closing: the receiver closes its agent, and waits for the end that this very loop would tell. */
static void on_ended(GObject *agent, GAsyncResult *result, gpointer loop)
{
	(void)agent, (void)result;
	g_mutex_lock(&user_lock);
	is_closed = TRUE;
	g_cond_signal(&changed);
	g_mutex_unlock(&user_lock);
	g_main_loop_quit(loop);
}

static void await_closed(void)
{
	g_mutex_lock(&user_lock);
	while (!is_closed)
		g_cond_wait(&changed, &user_lock);
	g_mutex_unlock(&user_lock);
}

static void receive_and_close(NiceAgent *agent, guint stream, guint component, guint bytes,
			      gchar *text, gpointer loop)
{
	(void)stream, (void)component, (void)bytes, (void)text;
	nice_agent_close_async(agent, on_ended, loop);
	if (is_wrong)
		await_closed();
}

static GThread *last_thread;

/* As destructors of what is static do. */
static void join_at_exit(void)
{
	g_thread_join(last_thread);
}

static void stop_closing(GMainLoop *loop, GThread *thread)
{
	(void)loop;
	nice_agent_send(sides[0].agent, sides[0].stream, 1, sizeof(message), message);
	last_thread = thread;
	if (is_wrong) {
		atexit(join_at_exit);
		exit(0);
	}
	await_closed();
	g_thread_join(thread); /* its context is free then */
}

static const struct {
	const char *name;
	NiceAgentRecvFunc receive;
	void (*stop)(GMainLoop *loop, GThread *thread);
} hangs[] = {
	{"locked", receive_locked, stop_locked},
	{"closing", receive_and_close, stop_closing},
};

static const char *wanted;

static void run_session(gboolean is_bug)
{
	GMainLoop *loop = g_main_loop_new(context, FALSE);
	GThread *thread;

	is_wrong = is_bug;
	sides = begin_session();
	g_main_context_pop_thread_default(context);
	for (size_t i = 0; i < G_N_ELEMENTS(hangs); i++) {
		if (strcmp(wanted, hangs[i].name) != 0)
			continue;
		nice_agent_attach_recv(sides[1].agent, sides[1].stream, 1, context,
				       hangs[i].receive, loop);
		thread = g_thread_new("ice", run_loop, loop);
		hangs[i].stop(loop, thread);
	}
	g_main_context_push_thread_default(context);
	close_agent(&sides[0], TRUE);
	if (is_closed)
		g_object_unref(sides[1].agent);
	else
		close_agent(&sides[1], TRUE);
	g_main_loop_unref(loop);
	g_free(sides);
}

int main(int argc, char **argv)
{
	wanted = argc == 3 ? argv[2] : "";
	return run_program(argc, argv, run_session);
}
