/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teardowns of a pipeline that never come to their end: hangs bug|right NAME. GStreamer itself sees
 * a state change from its own streaming thread, and refuses; by way of another thread or of a lock
 * of the program's it does not.
 */
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

static gboolean is_bug;
static GstElement *pipeline;
static GMutex sample_lock;
static GThread *ender;
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

static void stop_pipeline(void)
{
	gst_element_set_state(pipeline, GST_STATE_NULL);
}

/* locked: the state is changed with a lock that a probe wants, in the streaming thread. */
static GstPadProbeReturn keep_sample(GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
	(void)pad, (void)info, (void)unused;
	reach(1);
	g_mutex_lock(&sample_lock);
	g_mutex_unlock(&sample_lock);
	return GST_PAD_PROBE_OK;
}

static void stop_locked(void)
{
	g_mutex_lock(&sample_lock);
	await(1);
	if (!is_bug)
		g_mutex_unlock(&sample_lock);
	stop_pipeline();
	if (is_bug)
		g_mutex_unlock(&sample_lock);
}

/* helper: a probe has the pipeline ended by another thread, and waits for that one. */
static gpointer end_pipeline(gpointer unused)
{
	(void)unused;
	stop_pipeline();
	return NULL;
}

static GstPadProbeReturn end_at_sample(GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
	(void)pad, (void)info, (void)unused;
	ender = g_thread_new("ender", end_pipeline, NULL);
	if (is_bug)
		g_thread_join(ender);
	reach(1);
	return GST_PAD_PROBE_REMOVE;
}

static void await_ender(void)
{
	await(1);
	if (!is_bug)
		g_thread_join(ender);
}

static const struct {
	const char *name;
	GstPadProbeCallback probe;
	void (*stop)(void);
} hangs[] = {
	{"locked", keep_sample, stop_locked},
	{"helper", end_at_sample, await_ender},
};

static void run(GstPadProbeCallback probe, void (*stop)(void))
{
	GstElement *sink;
	GstPad *pad;

	pipeline = gst_parse_launch("fakesrc ! fakesink name=sink", NULL);
	sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	pad = gst_element_get_static_pad(sink, "sink");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, probe, NULL, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	stop();
	gst_object_unref(pad);
	gst_object_unref(sink);
	gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s bug|right NAME\n", argv[0]);
		return 2;
	}
	gst_init(NULL, NULL);
	is_bug = strcmp(argv[1], "bug") == 0;
	for (size_t i = 0; i < G_N_ELEMENTS(hangs); i++)
		if (strcmp(argv[2], hangs[i].name) == 0)
			run(hangs[i].probe, hangs[i].stop);
	gst_deinit();
	return 0;
}
