/* SPDX-License-Identifier: Apache-2.0 */
#include "life.h"

#include <base/text.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "word.h"

enum { SOCKADDR_BYTES = 128, NAME_BYTES = 256, ADDRESS_TEXT_BYTES = 512 };

/* As given; made readable only when a row is written. Reused through the book. */
struct life_names {
	struct life_names *next;
	uint16_t bytes[TRACK_NAME__COUNT];
	unsigned char address[2][SOCKADDR_BYTES]; /* by role: local, remote */
	char text[NAME_BYTES];
};

static const char *const endings[LIFE__COUNT] = {
	[LIFE_CLOSED] = "closed", [LIFE_EXEC] = "exec", [LIFE_UNSEEN] = "unseen",
	[LIFE_JOINED] = "joined", [LIFE_DONE] = "done", [LIFE_DETACHED] = "detached",
};

void life_book_init(struct life_book *book, struct trace *trace)
{
	*book = (struct life_book){.trace = trace};
	book->queue.next = &book->queue;
	book->queue.prev = &book->queue;
}

void life_book_finish(struct life_book *book)
{
	while (book->free_names != NULL) {
		struct life_names *next = book->free_names->next;

		free(book->free_names);
		book->free_names = next;
	}
}

static void dequeue(struct life *life)
{
	if (life->next == NULL)
		return;
	life->prev->next = life->next;
	life->next->prev = life->prev;
	life->prev = NULL;
	life->next = NULL;
}

void life_touch(struct life *life)
{
	struct life *queue = &life->image->book->queue;

	if (life->next != NULL)
		return;
	life->prev = queue->prev;
	life->next = queue;
	queue->prev->next = life;
	queue->prev = life;
}

/* The living of an image, for the status line. */
static void count(struct life *life, bool alive)
{
	struct image *image = life->image;
	uint64_t step = alive ? 1 : UINT64_MAX;

	if (life->counted == alive)
		return;
	life->counted = alive;
	image->alive[life->kind] += step;
	if (life->kind == TRACK_KIND_FD && word_is_socket(life->fd_class))
		image->sockets += step;
}

void life_set_class(struct life *life, unsigned fd_class)
{
	bool alive = life->counted;

	count(life, false);
	life->fd_class = fd_class < TRACK_FD_CLASS__COUNT ? fd_class : TRACK_FD_CLASS_OTHER;
	count(life, alive);
	life_touch(life);
}

void life_set_death(struct life *life, const struct life_death *death)
{
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

static int put_row(struct life *life, struct trace_resource *row)
{
	char address[2][ADDRESS_TEXT_BYTES];
	char name[ADDRESS_TEXT_BYTES];

	if (life->names != NULL)
		fill_names(row, life->names, address, name);
	return trace_put_resource(life->image->book->trace, row);
}

static int write_row(struct life *life)
{
	bool is_fd = life->kind == TRACK_KIND_FD;
	struct trace_resource row = {
		.id = life->id,
		.process_id = life->image->id,
		.kind = word_kind(life->kind),
		.class_name = is_fd ? word_fd_class(life->fd_class) : word_kind(life->kind),
		.subject = life->subject,
		.generation = life->generation,
		.birth_ns = life->birth_ns,
		.birth_tid = life->birth_tid,
		.birth_stack = life->birth_stack,
		.birth_call = word_call(life->birth_call),
		.inherited = life->inherited,
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
	/* A symboliser looks up the byte before a place; a function's own byte is at its start. */
	if (life->start_routine != 0)
		error = modules_locate(&life->image->modules, life->image->book->trace,
				       life->start_routine + 1, life->birth_ns,
				       &row.start_location);
	if (error == 0)
		error = put_row(life, &row);
	if (error == 0)
		life->id = row.id;
	return error;
}

int life_keep(struct life *life, int64_t *ret_id)
{
	int error = life->id == 0 ? write_row(life) : 0;

	if (error == 0)
		*ret_id = life->id;
	return error;
}

int life_begin(struct life *life, struct image *image, const struct collect_event *event)
{
	uint32_t generation = life->generation + 1;
	int error = life->next != NULL ? write_row(life) : 0;

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
	count(life, true);
	life_touch(life);
	return 0;
}

int life_end(struct life *life, const struct life_death *death)
{
	int error;

	life_set_death(life, death);
	error = write_row(life);
	if (error == 0)
		dequeue(life);
	return error;
}

int life_book_write(struct life_book *book)
{
	while (book->queue.next != &book->queue) {
		struct life *life = book->queue.next;
		int error = write_row(life);

		if (error != 0)
			return error;
		dequeue(life);
	}
	return 0;
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

int life_name(struct life *life, const struct collect_event *event)
{
	unsigned role = TRACK_NAME_ARG_ROLE(event->arg);
	size_t bytes = TRACK_NAME_ARG_BYTES(event->arg);
	size_t most = role == TRACK_NAME_TEXT ? NAME_BYTES : SOCKADDR_BYTES;

	if (role >= TRACK_NAME__COUNT || bytes > event->data_bytes)
		return 0;
	if (life->names == NULL)
		life->names = take_names(life->image->book);
	if (life->names == NULL)
		return -ENOMEM;
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
	memcpy(&life->traffic, event->data, sizeof(life->traffic));
	life->has_traffic = true;
	life_touch(life);
}

void life_finish(struct life *life)
{
	if (life->image == NULL)
		return;
	dequeue(life);
	count(life, false);
	if (life->names == NULL)
		return;
	life->names->next = life->image->book->free_names;
	life->image->book->free_names = life->names;
	life->names = NULL;
}
