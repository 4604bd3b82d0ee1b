/* SPDX-License-Identifier: Apache-2.0 */
#include "life.h"

#include <base/fnv.h>
#include <base/text.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "extent.h"
#include "image.h"
#include "kept_file.h"
#include "marks.h"
#include "need.h"
#include "thing.h"
#include "word.h"

enum { SOCKADDR_BYTES = 128, NAME_BYTES = 256, ADDRESS_TEXT_BYTES = 512, RELATIVES_MAX = 64 };

/* As given; made readable only when a row is written. Reused through the book. */
struct life_names {
	struct life_names *next;
	uint16_t bytes[TRACK_NAME__COUNT];
	unsigned char address[2][SOCKADDR_BYTES]; /* by role: local, remote */
	char text[NAME_BYTES];
};

static const char *const endings[LIFE__COUNT] = {
	[LIFE_CLOSED] = "closed",	[LIFE_EXEC] = "exec",	      [LIFE_UNSEEN] = "unseen",
	[LIFE_JOINED] = "joined",	[LIFE_DONE] = "done",	      [LIFE_DETACHED] = "detached",
	[LIFE_DESTROYED] = "destroyed", [LIFE_RELEASED] = "released", [LIFE_FIRED] = "fired",
	[LIFE_CANCELLED] = "cancelled", [LIFE_FINISHED] = "finished",
};

static void dequeue(struct life *life)
{
	if (life->next == NULL)
		return;
	life->prev->next = life->next;
	life->next->prev = life->prev;
	life->prev = NULL;
	life->next = NULL;
}

/* Write the row, or fold, at the next flush. */
void life_touch(struct life *life)
{
	struct life *queue;

	if (life->image == NULL || life->next != NULL)
		return; /* a slot that never held a life, or one that waits already */
	queue = &life->image->book->queue;
	life->prev = queue->prev;
	life->next = queue;
	queue->prev->next = life;
	queue->prev = life;
}

/* Before a change: what the statistics have of it is no longer so. */
static void unfold(struct life *life)
{
	if (life->statistic != NULL)
		statistics_subtract(&life->image->book->statistics, life->statistic, life);
	life->statistic = NULL;
}

/* The living of an image, for the status line. */
static void count(struct life *life, bool alive)
{
	struct image *image = life->image;
	uint64_t step = alive ? 1 : UINT64_MAX;

	if (image == NULL || life->counted == alive)
		return;
	life->counted = alive;
	image->alive[life->kind] += step;
	if (life->kind == TRACK_KIND_FD && word_is_socket(life->fd_class))
		image->sockets += step;
}

void life_set_class(struct life *life, unsigned fd_class)
{
	bool alive = life->counted;

	unfold(life);
	count(life, false);
	life->fd_class = fd_class < TRACK_FD_CLASS__COUNT ? fd_class : TRACK_FD_CLASS_OTHER;
	count(life, alive);
	life_touch(life);
}

void life_set_death(struct life *life, const struct life_death *death)
{
	unfold(life);
	life->ending = death->ending;
	life->death_ns = death->time_ns;
	life->death_tid = death->tid;
	life->death_stack = death->stack;
	life->death_call = death->call;
	count(life, death->time_ns == 0);
	life_touch(life);
}

void life_revive(struct life *life)
{
	life_set_death(life, &(struct life_death){.ending = LIFE_ALIVE});
}

uint64_t life_length_ns(const struct life *life)
{
	return life->death_ns > life->birth_ns ? life->death_ns - life->birth_ns : 0;
}

const char *life_ending_name(unsigned ending)
{
	return endings[ending];
}

static void fill_names(struct trace_resource *row, const struct life_names *names,
		       char (*address)[ADDRESS_TEXT_BYTES], char *name)
{
	if (text_address(names->address[TRACK_NAME_LOCAL], names->bytes[TRACK_NAME_LOCAL],
			 address[0], ADDRESS_TEXT_BYTES) > 0)
		row->local_address = address[0];
	if (text_address(names->address[TRACK_NAME_REMOTE], names->bytes[TRACK_NAME_REMOTE],
			 address[1], ADDRESS_TEXT_BYTES) > 0)
		row->remote_address = address[1];
	if (text_clean(names->text, names->bytes[TRACK_NAME_TEXT], name, ADDRESS_TEXT_BYTES) > 0)
		row->name = name;
}

static void fill_death(struct trace_resource *row, const struct life *life)
{
	row->death_ns = life->death_ns;
	row->death_tid = life->death_tid;
	row->death_stack = life->death_stack;
	row->ending = endings[life->ending];
	if (life->death_tid != 0)
		row->death_call = word_call(life->death_call);
}

/* Before its own row is written, so that it can refer to theirs. */
static int put_relatives(struct life *life, struct trace_resource *row)
{
	unsigned *depth = &life->image->book->row_depth;
	int error = 0;

	/* Rows of a long chain are written again, from the other end on. */
	if (*depth == RELATIVES_MAX) {
		life_touch(life);
		return 0;
	}
	++*depth;
	thing_meet_owner(life);
	if (life->owner != NULL)
		error = life_keep(&life->owner->life, &row->owner_id);
	if (error == 0 && life->hint != NULL)
		error = life_keep(&life->hint->life, &row->hint_id);
	--*depth;
	return error;
}

static int put_row(struct life *life, struct trace_resource *row)
{
	char address[2][ADDRESS_TEXT_BYTES];
	char name[ADDRESS_TEXT_BYTES];
	int error;

	if (life->names != NULL)
		fill_names(row, life->names, address, name);
	if (life->kind == TRACK_KIND_FD && row->name != NULL)
		row->annotation = kept_file(row->name);
	error = trace_put_resource(life->image->book->trace, row);
	life->id = row->id; /* as it was, if that failed */
	return error;
}

const char *life_class(const struct life *life)
{
	if (life->kind == TRACK_KIND_FD)
		return word_fd_class(life->fd_class);
	if (life->class_name != NULL && life->class_name[0] != '\0')
		return life->class_name;
	return word_kind(life->kind);
}

static int write_row(struct life *life)
{
	struct trace_annotation annotation;
	char traits[THING_TRAITS_BYTES];
	struct trace_resource row = {
		.id = life->id,
		.process_id = life->image->id,
		.kind = word_kind(life->kind),
		.class_name = life_class(life),
		.subject = life->subject,
		.generation = life->generation,
		.birth_ns = life->birth_ns,
		.birth_tid = life->birth_tid,
		.birth_stack = life->birth_stack,
		.birth_call = word_call(life->birth_call),
		.inherited = life->inherited,
		.earlier = life->earlier,
		.from_subject = life->from,
		.has_traffic = life->has_traffic,
		.out_count = life->traffic.out_count,
		.in_count = life->traffic.in_count,
		.out_bytes = life->traffic.out_bytes,
		.in_bytes = life->traffic.in_bytes,
		.last_use_ns = life->traffic.last_use_ns,
		.tid = life->tid,
	};
	int error = 0;

	fill_death(&row, life);
	if (thing_is_kind(life->kind)) {
		thing_describe((const struct thing *)life, traits, &annotation);
		row.annotation = &annotation;
	}
	error = put_relatives(life, &row);
	/* A symboliser looks up the byte before a place; a function's own byte is at its start. */
	if (error == 0 && life->start_routine != 0)
		error = modules_locate(&life->image->modules, life->image->book->trace,
				       life->start_routine + 1, life->birth_ns,
				       &row.start_location);
	return error == 0 ? put_row(life, &row) : error;
}

/* What a rule compares at a mark, or an act refers to, keeps its row. */
static bool may_fold(const struct life *life)
{
	const struct life_book *book = life->image->book;
	bool in_order = life->ending == LIFE_CLOSED || life->ending == LIFE_JOINED ||
			(life->ending == LIFE_DETACHED && life->death_ns != 0);
	/* There are very many of them, and what ends in order is asked for by nobody. */
	bool is_common = life->ending >= LIFE_DESTROYED && life->kind != TRACK_KIND_SCOPE;

	return (is_common || (book->folding && in_order)) && !life->inherited && !life->earlier &&
	       !life->kept &&
	       marks_before(book->marks_ns, book->mark_count, life->birth_ns) ==
		       marks_before(book->marks_ns, book->mark_count, life->death_ns);
}

/* The row, as it is now: nothing waits for a flush any more. */
static int conclude_row(struct life *life)
{
	int error = write_row(life);

	if (error == 0)
		dequeue(life);
	return error;
}

static int fold(struct life *life)
{
	struct life_book *book = life->image->book;
	int error = life->id != 0 ? trace_delete_resource(book->trace, life->id) : 0;

	if (error == 0)
		error = statistics_add(&book->statistics, life->image, life, &life->statistic);
	life->id = 0;
	if (error == 0)
		dequeue(life);
	return error;
}

int life_conclude(struct life *life)
{
	if (life->next == NULL)
		return 0;
	return may_fold(life) ? fold(life) : conclude_row(life);
}

void life_move(struct life *life, struct life *ret_life)
{
	bool waits = life->next != NULL;

	dequeue(life);
	*ret_life = *life;
	if (waits)
		life_touch(ret_life);
	life->names = NULL;
	life->owner = NULL;
	life->hint = NULL;
	life->needs = NULL;
	life->statistic = NULL;
	life->id = 0;
}

int life_keep(struct life *life, int64_t *ret_id)
{
	int error = 0;

	unfold(life);
	life->kept = true;
	if (life->id == 0)
		error = write_row(life);
	if (error == 0)
		*ret_id = life->id;
	return error;
}

void life_set_owner(struct life *life, struct thing *owner)
{
	thing_hold(owner);
	thing_drop(life->owner);
	life->owner = owner;
	life_drop_hint(life); /* where it belongs is known now */
	life_touch(life);
}

struct thing *life_join(struct life *life, uint32_t tid)
{
	struct thing *scope = extent_adopter(&life->image->things.extents, tid, life_class(life));

	if (scope == NULL || &scope->life == life)
		return NULL;
	life_set_owner(life, scope);
	return scope;
}

void life_drop_hint(struct life *life)
{
	thing_drop(life->hint);
	life->hint = NULL;
}

void life_set_hint(struct life *life, uint32_t tid)
{
	struct thing *scope = extent_scope(&life->image->things.extents, tid);

	if (scope != NULL && &scope->life != life)
		life->hint = thing_hold(scope);
}

/* What another had a part in is told of each by itself: who that was differs. */
static uint64_t alike(const struct life *life, const struct life *other)
{
	uint64_t hash = fnv_text(FNV_START, life_class(life));

	if (other == NULL)
		return hash;
	hash = fnv_bytes(hash, &life->subject, sizeof(life->subject));
	return fnv_bytes(hash, &life->generation, sizeof(life->generation));
}

int life_act(struct life *life, const struct collect_event *event, const char *what,
	     struct life *other)
{
	struct trace_act act = act_by(life->image, event, what);
	struct act_place *place = NULL;
	int error = acts_admit(life->image, &act, alike(life, other), &place);

	if (error != 0 || place == NULL)
		return error;
	error = life_keep(life, &act.resource_id);
	if (error == 0 && other != NULL)
		error = life_keep(other, &act.other_id);
	return error != 0 ? error : acts_add(life->image, place, &act);
}

int life_begin(struct life *life, struct image *image, const struct collect_event *event)
{
	uint32_t generation = life->generation + 1;
	int error = life->image != NULL ? life_conclude(life) : 0;

	if (error != 0)
		return error;
	life_finish(life);
	*life = (struct life){
		.image = image,
		.subject = event->subject,
		.birth_ns = event->time_ns,
		.birth_stack = image_stack(image, event->stack),
		.birth_tid = event->tid,
		.birth_call = event->call,
		.generation = generation,
		.kind = event->kind,
		.from = -1,
	};
	life_set_hint(life, event->tid);
	count(life, true);
	life_touch(life);
	return 0;
}

void life_set_earlier(struct life *life)
{
	life->earlier = true;
	life->birth_stack = 0;
	life_drop_hint(life);
}

int life_end(struct life *life, const struct life_death *death)
{
	life_set_death(life, death);
	/* An end in order may still be taken back: it is not yet a statistic. */
	return may_fold(life) ? 0 : conclude_row(life);
}

struct life_death life_death_by(const struct life *life, const struct collect_event *event,
				enum life_ending ending)
{
	return (struct life_death){
		.ending = ending,
		.time_ns = event->time_ns,
		.tid = event->tid,
		.stack = image_stack(life->image, event->stack),
		.call = event->call,
	};
}

static struct life_names *take_names(struct life_book *book)
{
	struct life_names *names = book->free_names;

	if (names == NULL)
		names = malloc(sizeof(*names));
	else
		book->free_names = names->next;
	if (names != NULL)
		memset(names->bytes, 0, sizeof(names->bytes));
	return names;
}

void life_names_free(struct life_names *names)
{
	while (names != NULL) {
		struct life_names *next = names->next;

		free(names);
		names = next;
	}
}

int life_name(struct life *life, const struct collect_event *event)
{
	unsigned role = TRACK_NAME_ARG_ROLE(event->arg);
	size_t bytes = TRACK_NAME_ARG_BYTES(event->arg);
	size_t most = role == TRACK_NAME_TEXT ? NAME_BYTES : SOCKADDR_BYTES;

	if (role >= TRACK_NAME__COUNT || bytes > event->data_bytes || event->data == NULL)
		return 0;
	if (life->names == NULL)
		life->names = take_names(life->image->book);
	if (life->names == NULL)
		return -ENOMEM;
	unfold(life);
	bytes = bytes < most ? bytes : most;
	memcpy(role == TRACK_NAME_TEXT ? (void *)life->names->text : life->names->address[role],
	       event->data, bytes);
	life->names->bytes[role] = (uint16_t)bytes;
	life_touch(life);
	return 0;
}

void life_set_traffic(struct life *life, const struct collect_event *event)
{
	if (event->data_bytes < sizeof(life->traffic))
		return;
	unfold(life);
	memcpy(&life->traffic, event->data, sizeof(life->traffic));
	life->has_traffic = true;
	life_touch(life);
}

struct thing *life_take_above(struct life *life)
{
	struct thing *above = life->owner != NULL ? life->owner : life->hint;

	if (life->owner != NULL)
		life->owner = NULL;
	else
		life->hint = NULL;
	return above;
}

void life_let_go(struct life *life)
{
	thing_drop(life->owner);
	life_drop_hint(life);
	life->owner = NULL;
	needs_finish(life);
}

void life_finish(struct life *life)
{
	if (life->image == NULL)
		return;
	dequeue(life);
	count(life, false);
	life_let_go(life);
	if (life->names == NULL)
		return;
	life->names->next = life->image->book->free_names;
	life->image->book->free_names = life->names;
	life->names = NULL;
}
