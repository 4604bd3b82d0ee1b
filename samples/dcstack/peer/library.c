/* SPDX-License-Identifier: Apache-2.0 */
#include <dcstack/dcstack.h>

#include <run/library.h>
#include <run/object.h>
#include <string.h>
#include <track/track.h>

TRACK_PLUMBING_FILE;

enum { CLASSES_MAX = 64 }; /* classes by holders */

struct census {
	size_t count;
	struct row {
		const char *class_name, *holder;
		unsigned references;
	} rows[CLASSES_MAX];
};

int dc_library_start(const struct dc_library_options *options)
{
	struct library_options chosen = {0};

	if (options)
		chosen = (struct library_options){.executors = options->executors,
						  .workers = options->workers};
	return library_start(&chosen);
}

int dc_library_cleanup(unsigned timeout_ms)
{
	return library_cleanup(timeout_ms);
}

static bool is_of(const struct row *row, const char *class_name, const char *holder)
{
	return !strcmp(row->class_name, class_name) && !strcmp(row->holder, holder);
}

static void count(struct census *census, const char *class_name, const struct object_holder *holder)
{
	struct row *row = census->rows;

	while (row < census->rows + census->count && !is_of(row, class_name, holder->name))
		row++;
	if (row == census->rows + CLASSES_MAX)
		return;
	if (row == census->rows + census->count)
		census->rows[census->count++] =
			(struct row){.class_name = class_name, .holder = holder->name};
	row->references += holder->refs;
}

static void count_object(const struct object *object, void *user)
{
	for (size_t i = 0; i < OBJECT_HOLDERS; i++) {
		if (object->holders[i].refs)
			count(user, object->class->name, &object->holders[i]);
	}
}

/* Told after the registry's lock is free again, so that visit may do what it likes. */
void dc_library_alive(void (*visit)(void *user, const char *class_name, const char *holder,
				    unsigned references),
		      void *user)
{
	struct census census = {0};

	object_visit(count_object, &census);
	for (size_t i = 0; i < census.count; i++)
		visit(user, census.rows[i].class_name, census.rows[i].holder,
		      census.rows[i].references);
}
