/* SPDX-License-Identifier: Apache-2.0 */
#include "served.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "say.h"
#include "served_look.h"
#include "stamp.h"
#include "traces.h"

/* Who looks at a recording while it goes on leaves it three quarters of the time. */
enum { PAUSE_FACTOR = 3 };

/* Each takes the store half a second. */
enum { BUSY_TRIES = 20 };

/* What is kept of the first looks, so that the first who asks need not wait for another one. */
#define FIRST_IMAGES_BYTES (256ull << 20)

struct served_trace {
	const struct source *source;
	struct stamp stamp;	     /* of the last look, whether it came to anything */
	struct judgement *judgement; /* NULL: there is none (any more) */
	struct pages *pages;	     /* NULL: it is large, and nobody has asked yet */
	bool is_looked_at;	     /* now: its file is SQLite's */
	uint64_t size_bytes;
	uint64_t next_ns;    /* no look before */
	uint64_t looked_ns;  /* when the last look began */
	uint64_t settles_ns; /* what it did until its stamp changed is decided then; a grace time */
	bool finished;
	char why[LOOK_WHY_BYTES]; /* it cannot be read; "" it can */
};

struct served {
	const struct options *options;
	struct sources sources;
	struct served_trace *traces;
	size_t count;
	struct page_links links; /* with the lock of looks, as is the next */
	struct trace *names;
	pthread_mutex_t state; /* all of the above that changes; never for long */
	pthread_mutex_t looks; /* one look at a time; before state */
};

/* Once of each trouble. With the lock of looks. */
static void tell(struct served *served, struct served_trace *trace, const char *why)
{
	if (why[0] && strcmp(why, trace->why) != 0)
		say(trace->pages ? "the page keeps what it last showed of it" : NULL, "%s", why);
	pthread_mutex_lock(&served->state);
	snprintf(trace->why, sizeof(trace->why), "%s", why);
	pthread_mutex_unlock(&served->state);
}

/*
 * Whoever closes the file takes away the locks under which another thread reads it (SQLite, "How To
 * Corrupt An SQLite Database File", 2.2): meanwhile it stays what it was.
 */
static struct stamp stamp_now(struct served *served, const struct served_trace *trace)
{
	struct stamp stamp;

	pthread_mutex_lock(&served->state);
	stamp = trace->is_looked_at ? trace->stamp : stamp_take(trace->source);
	pthread_mutex_unlock(&served->state);
	return stamp;
}

static uint32_t revision_of(const struct served_trace *trace)
{
	return trace->pages ? pages_revision(trace->pages) : 0;
}

/* Nothing is written while a program only waits, and yet what it left behind is late by now. */
static bool is_decided_now(const struct served_trace *trace, const struct stamp *now,
			   uint64_t now_ns)
{
	return now->in_use && !trace->finished && trace->looked_ns < trace->settles_ns &&
	       now_ns >= trace->settles_ns;
}

/* A look now would show something else. */
static bool is_due(const struct served_trace *trace, const struct stamp *now)
{
	uint64_t now_ns = look_clock_ns();

	if (!trace->pages)
		return true;
	return now_ns >= trace->next_ns && (stamp_is_past(trace->source, &trace->stamp, now) ||
					    is_decided_now(trace, now, now_ns));
}

/* Takes what the look gave. */
static int publish(struct served *served, struct served_trace *trace, struct look *look)
{
	struct pages *pages = NULL, *pages_before = trace->pages;
	struct judgement *judgement_before = trace->judgement;
	int r = look->image ? pages_create(look->image, look->image_size, revision_of(trace) + 1,
					   pages_before, &pages)
			    : 0;

	if (r < 0) {
		free(look->image);
		judgement_destroy(look->judgement);
		return r;
	}
	pthread_mutex_lock(&served->state);
	trace->judgement = look->judgement;
	trace->pages = pages;
	trace->size_bytes = look->size_bytes;
	trace->finished = look->finished;
	pthread_mutex_unlock(&served->state);
	judgement_destroy(judgement_before);
	pages_drop(pages_before);
	return 0;
}

/* With the lock of looks. -EBUSY: its recorder is about to close it, and it stays due. */
static int look_at(struct served *served, struct served_trace *trace, uint64_t image_most,
		   char ret_why[LOOK_WHY_BYTES])
{
	uint64_t begin_ns = look_clock_ns();
	struct look look = {0};
	struct stamp stamp;
	int r;

	pthread_mutex_lock(&served->state);
	stamp = stamp_take(trace->source);
	trace->is_looked_at = true;
	pthread_mutex_unlock(&served->state);
	r = look_take(trace->source, served->options, served->names, image_most, &look, ret_why);
	if (r == 0 && look.links.other[0] && !served->links.some)
		served->links = look.links;
	if (r == 0)
		r = publish(served, trace, &look);
	pthread_mutex_lock(&served->state);
	trace->is_looked_at = false;
	if (r == 0 && stamp.hash != trace->stamp.hash)
		trace->settles_ns = begin_ns + look.grace_ns;
	if (r != -EBUSY) {
		trace->stamp = stamp;
		trace->looked_ns = begin_ns;
	}
	trace->next_ns = look_clock_ns() + PAUSE_FACTOR * look.took_ns;
	pthread_mutex_unlock(&served->state);
	return r;
}

static int look_first(struct served *served)
{
	uint64_t room = FIRST_IMAGES_BYTES;
	char why[LOOK_WHY_BYTES];
	int r = 0;

	for (size_t i = 0; r == 0 && i < served->count; i++) {
		struct served_trace *trace = &served->traces[i];

		trace->source = &served->sources.items[i];
		for (int tries = 0; tries == 0 || (r == -EBUSY && tries < BUSY_TRIES); tries++)
			r = look_at(served, trace, room, why);
		room -= trace->pages ? trace->size_bytes : 0;
		if (r < 0 && why[0])
			say(sources_remedy(r), "%s", why);
	}
	page_links_say(&served->links, served->options);
	return r;
}

static int make_names(struct served *served)
{
	int r = trace_create(NULL, &served->names);

	if (r < 0)
		say(NULL, "%s", trace_open_error());
	return r;
}

int served_open(const struct options *options, struct served **ret_served)
{
	struct served *served = calloc(1, sizeof(*served));
	int r;

	if (!served)
		return -ENOMEM;
	served->options = options;
	pthread_mutex_init(&served->state, NULL);
	pthread_mutex_init(&served->looks, NULL);
	r = traces_collect(options, 0, options->operand_count, &served->sources);
	if (r == 0)
		r = make_names(served);
	if (r == 0) {
		served->count = served->sources.count;
		served->traces = calloc(served->count, sizeof(*served->traces));
		r = served->traces ? look_first(served) : -ENOMEM;
	}
	if (r < 0) {
		served_close(served);
		return r;
	}
	*ret_served = served;
	return 0;
}

void served_close(struct served *served)
{
	if (!served)
		return;
	for (size_t i = 0; served->traces && i < served->count; i++) {
		judgement_destroy(served->traces[i].judgement);
		pages_drop(served->traces[i].pages);
	}
	free(served->traces);
	trace_close(served->names);
	sources_finish(&served->sources);
	pthread_mutex_destroy(&served->looks);
	pthread_mutex_destroy(&served->state);
	free(served);
}

/* With a new look, if one is due and nobody has another. */
static void bring_up(struct served *served, struct served_trace *trace, const struct stamp *now)
{
	char why[LOOK_WHY_BYTES];
	bool is_new, due;
	int r;

	pthread_mutex_lock(&served->state);
	is_new = !trace->pages;
	due = is_due(trace, now);
	pthread_mutex_unlock(&served->state);
	if (!due)
		return;
	if (is_new)
		pthread_mutex_lock(&served->looks);
	else if (pthread_mutex_trylock(&served->looks) != 0)
		return;
	/* Who held it may have looked at this one. */
	if (is_due(trace, now)) {
		r = look_at(served, trace, UINT64_MAX, why);
		if (r != -EBUSY)
			tell(served, trace, r < 0 ? why : "");
	}
	pthread_mutex_unlock(&served->looks);
}

int served_frame(void *ctx, size_t index, uint32_t since, struct frame **ret_frame)
{
	struct served *served = ctx;
	struct served_trace *trace = &served->traces[index];
	struct stamp now = stamp_now(served, trace);
	struct pages *pages;
	int r;

	bring_up(served, trace, &now);
	pthread_mutex_lock(&served->state);
	pages = trace->pages ? pages_take(trace->pages) : NULL;
	pthread_mutex_unlock(&served->state);
	if (!pages)
		return -ENODATA;
	r = frame_create(pages, since, ret_frame);
	pages_drop(pages);
	return r;
}

/* What the page gets if it asks for it now. */
static struct report_page_trace describe(const struct served_trace *trace, const struct stamp *now)
{
	return (struct report_page_trace){
		.path = trace->source->path,
		.revision = revision_of(trace) + is_due(trace, now),
		.size = trace->size_bytes,
		.live = now->in_use && !trace->finished,
		.gone = now->gone || trace->why[0],
		.report = trace->judgement ? trace->judgement->report : NULL,
	};
}

static int write_session(struct served *served, const struct stamp *now,
			 struct report_page_trace *traces, FILE *stream)
{
	struct output_folders folders;
	struct report_style style = output_style(stdout, served->options, &folders);
	struct report_page_session session = {
		.served = true,
		.style = &style,
		.traces = traces,
		.trace_count = served->count,
	};
	int r;

	pthread_mutex_lock(&served->state);
	for (size_t i = 0; i < served->count; i++)
		traces[i] = describe(&served->traces[i], &now[i]);
	r = report_page_session(stream, &session);
	pthread_mutex_unlock(&served->state);
	return r;
}

int served_session(void *ctx, char **ret_text)
{
	struct served *served = ctx;
	struct report_page_trace *traces = calloc(served->count, sizeof(*traces));
	struct stamp *now = calloc(served->count, sizeof(*now));
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int r = traces && now && stream ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < served->count; i++)
		now[i] = stamp_now(served, &served->traces[i]);
	if (r == 0)
		r = write_session(served, now, traces, stream);
	if (stream && fclose(stream) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0)
		*ret_text = text;
	else
		free(text);
	free(now);
	free(traces);
	return r;
}

size_t served_count(const struct served *served)
{
	return served->count;
}
