/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop in a thread of its own, as stacks have one per connection: threads bug|right CLASS.
 * GMainLoop: loop and context are kept when the thread was joined. GSource: a source of the
 * thread's context outlives that.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { SESSIONS = 3, TICKS = 3 };

struct worker {
	GMainContext *context;
	GMainLoop *loop;
	GThread *thread;
	GSource *timer;
	unsigned ticks;
	gboolean is_running;
};

static const char *kept = "";

static gboolean on_tick(gpointer data)
{
	struct worker *worker = data;

	return ++worker->ticks < TICKS ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean on_start(gpointer data)
{
	struct worker *worker = data;

	worker->is_running = TRUE;
	return G_SOURCE_REMOVE;
}

static gpointer run_worker(gpointer data)
{
	struct worker *worker = data;

	g_main_context_push_thread_default(worker->context);
	g_main_loop_run(worker->loop);
	g_main_context_pop_thread_default(worker->context);
	return NULL;
}

static void add_timer(struct worker *worker)
{
	worker->timer = g_timeout_source_new(1);
	g_source_set_callback(worker->timer, on_tick, worker, NULL);
	g_source_attach(worker->timer, worker->context);
}

static gboolean quit(gpointer data)
{
	struct worker *worker = data;

	if (worker->ticks < TICKS || !worker->is_running)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(worker->loop);
	return G_SOURCE_REMOVE;
}

static void start_worker(struct worker *worker)
{
	worker->context = g_main_context_new();
	worker->loop = g_main_loop_new(worker->context, FALSE);
	add_timer(worker);
	g_main_context_invoke(worker->context, on_start, worker);
	worker->thread = g_thread_new("worker", run_worker, worker);
}

static void end_worker(struct worker *worker)
{
	GSource *quitter = g_idle_source_new();

	g_source_set_callback(quitter, quit, worker, NULL);
	g_source_attach(quitter, worker->context);
	g_source_unref(quitter);
	g_thread_join(worker->thread);
	if (strcmp(kept, "GSource") != 0)
		g_source_unref(worker->timer);
	if (strcmp(kept, "GMainLoop") == 0)
		return;
	g_main_loop_unref(worker->loop);
	g_main_context_unref(worker->context);
	g_free(worker);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
		return 2;
	}
	if (strcmp(argv[1], "bug") == 0)
		kept = argv[2];
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct worker *worker = g_new0(struct worker, 1);

		start_worker(worker);
		end_worker(worker);
	}
	return 0;
}
