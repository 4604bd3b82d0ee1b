/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teardowns on GLib that never come to their end: hangs bug|right NAME. right gives the lock back
 * before it waits. Each thread goes on when the other one is where the hang needs it: nothing
 * depends on who is faster.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

static gboolean is_bug;
static GMutex state_lock, list_lock;
static GRWLock table_lock;
static GCond changed;
static gboolean is_done;
static gint stage;

static void reach(gint reached)
{
	g_atomic_int_set(&stage, reached);
}

static void await(gint wanted)
{
	while (g_atomic_int_get(&stage) < wanted)
		g_thread_yield();
}

/* last_act: the last thing that a thread does needs what the one who joins it holds. */
static gpointer count_and_end(gpointer unused)
{
	(void)unused;
	await(1);
	g_mutex_lock(&state_lock);
	is_done = TRUE;
	g_mutex_unlock(&state_lock);
	return NULL;
}

static void stop_counter(void)
{
	GThread *thread = g_thread_new("counter", count_and_end, NULL);

	g_mutex_lock(&state_lock);
	reach(1);
	if (!is_bug)
		g_mutex_unlock(&state_lock);
	g_thread_join(thread);
	if (is_bug)
		g_mutex_unlock(&state_lock);
}

/* reader: the same with a GRWLock. */
static gpointer read_and_end(gpointer unused)
{
	(void)unused;
	await(1);
	g_rw_lock_reader_lock(&table_lock);
	g_rw_lock_reader_unlock(&table_lock);
	return NULL;
}

static void stop_reader(void)
{
	GThread *thread = g_thread_new("reader", read_and_end, NULL);

	g_rw_lock_writer_lock(&table_lock);
	reach(1);
	if (!is_bug)
		g_rw_lock_writer_unlock(&table_lock);
	g_thread_join(thread);
	if (is_bug)
		g_rw_lock_writer_unlock(&table_lock);
}

/* loop: a loop's thread is joined with a lock that a source of that loop wants. */
static gboolean on_tick(gpointer unused)
{
	(void)unused;
	reach(1);
	g_mutex_lock(&state_lock);
	g_mutex_unlock(&state_lock);
	return G_SOURCE_REMOVE;
}

static gpointer run_loop(gpointer loop)
{
	g_main_loop_run(loop);
	return NULL;
}

static void add_tick(GMainContext *context)
{
	GSource *tick = g_idle_source_new();

	g_source_set_callback(tick, on_tick, NULL, NULL);
	g_source_attach(tick, context);
	g_source_unref(tick);
}

static void stop_loop(void)
{
	GMainContext *context = g_main_context_new();
	GMainLoop *loop = g_main_loop_new(context, FALSE);
	GThread *thread = g_thread_new("loop", run_loop, loop);

	g_mutex_lock(&state_lock);
	add_tick(context);
	await(1);
	g_main_loop_quit(loop);
	if (!is_bug)
		g_mutex_unlock(&state_lock);
	g_thread_join(thread);
	if (is_bug)
		g_mutex_unlock(&state_lock);
	g_main_loop_unref(loop);
	g_main_context_unref(context);
}

/* condition: who would say that it is done needs what the one who waits for that holds. */
static gpointer finish_list(gpointer unused)
{
	(void)unused;
	await(1);
	g_mutex_lock(&list_lock);
	g_mutex_unlock(&list_lock);
	g_mutex_lock(&state_lock);
	is_done = TRUE;
	g_cond_signal(&changed);
	g_mutex_unlock(&state_lock);
	return NULL;
}

static void await_done(void)
{
	g_mutex_lock(&state_lock);
	while (!is_done)
		g_cond_wait(&changed, &state_lock);
	g_mutex_unlock(&state_lock);
}

static void stop_list(void)
{
	GThread *thread = g_thread_new("list", finish_list, NULL);

	g_mutex_lock(&list_lock);
	reach(1);
	if (!is_bug)
		g_mutex_unlock(&list_lock);
	await_done();
	if (is_bug)
		g_mutex_unlock(&list_lock);
	g_thread_join(thread);
}

/* crosswise: two locks, taken the other way round by a thread that ends. */
static gpointer take_state_first(gpointer unused)
{
	(void)unused;
	g_mutex_lock(&state_lock);
	reach(1);
	await(2);
	g_mutex_lock(&list_lock);
	g_mutex_unlock(&list_lock);
	g_mutex_unlock(&state_lock);
	return NULL;
}

static void take_list_first(void)
{
	GThread *thread = g_thread_new("crosswise", take_state_first, NULL);

	await(1);
	g_mutex_lock(&list_lock);
	reach(2);
	if (!is_bug)
		g_mutex_unlock(&list_lock);
	g_mutex_lock(&state_lock);
	g_mutex_unlock(&state_lock);
	if (is_bug)
		g_mutex_unlock(&list_lock);
	g_thread_join(thread);
}

static const struct {
	const char *name;
	void (*run)(void);
} hangs[] = {
	{"last_act", stop_counter}, {"reader", stop_reader},	    {"loop", stop_loop},
	{"condition", stop_list},   {"crosswise", take_list_first},
};

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s bug|right NAME\n", argv[0]);
		return 2;
	}
	is_bug = strcmp(argv[1], "bug") == 0;
	for (size_t i = 0; i < G_N_ELEMENTS(hangs); i++)
		if (strcmp(argv[2], hangs[i].name) == 0)
			hangs[i].run();
	return 0;
}
