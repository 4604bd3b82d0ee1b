/* SPDX-License-Identifier: Apache-2.0 */
#include "libc_calls.h"
#include "returns.h"

#include <errno.h>
#include <stdlib.h>
#include <symbol/functions.h>
#include <sys/stat.h>

/* A program of this size has its C library in a file of its own. */
#define FILE_BYTES_MAX (256 << 20)

static const char *const names[LIBC__COUNT] = {
	[LIBC_NONE] = "",
	[LIBC_exit] = "exit",
#define LIBC_WAIT(name, wait) [LIBC_##name] = #name,
#include "libc_waits.def"
#undef LIBC_WAIT
};

static const enum track_wait waits[LIBC__COUNT] = {
#define LIBC_WAIT(name, wait) [LIBC_##name] = TRACK_WAIT_##wait,
#include "libc_waits.def"
#undef LIBC_WAIT
};

/* What only the one libc has; the last of a program that is linked with all of it. */
static const char *const of_glibc[] = {"gnu_get_libc_version", "__libc_setup_tls"};

/* A C library's file, while it is read. */
struct reading {
	const char *path;
	struct unwinder *unwinder;
	struct symbol_functions *functions;
	struct returns_file *returns; /* NULL: jumps are not followed */
	struct unwind_file *frames;
	struct libc_calls calls;
};

const char *libc_call_name(enum libc_call call)
{
	return call < LIBC__COUNT ? names[call] : "";
}

enum track_wait libc_call_wait(enum libc_call call)
{
	return call < LIBC__COUNT ? waits[call] : TRACK_WAIT_NONE;
}

static int add_place(struct libc_calls *calls, const struct libc_place *place)
{
	for (size_t i = 0; i < calls->count; i++) {
		struct libc_place *known = &calls->places[i];
		if (known->start != place->start || known->end != place->end)
			continue;
		if (known->by_jump && waits[known->call] != waits[place->call])
			known->call = LIBC_NONE;
		return 0;
	}
	struct libc_place *places = reallocarray(calls->places, calls->count + 1, sizeof(*places));
	if (!places)
		return -ENOMEM;
	calls->places = places;
	places[calls->count++] = *place;
	return 0;
}

/* Names come first: what has one of its own is not added by what jumps to it. */
static int add_named(struct reading *reading, enum libc_call call)
{
	const struct symbol_function **found;
	size_t count;
	int ret = symbol_functions_named(reading->functions, names[call], &found, &count);
	if (ret)
		return ret;
	for (size_t i = 0; !ret && i < count; i++)
		ret = add_place(&reading->calls,
				&(struct libc_place){.start = found[i]->offset,
						     .end = found[i]->offset + found[i]->size,
						     .call = call});
	free(found);
	return ret;
}

/* A library that is stripped names the first of several pieces only. */
static int add_jumped(struct reading *reading, const struct libc_place *from)
{
	struct returns returns;
	int ret = returns_find(reading->returns, from->start, &returns);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; !ret && i < returns.count; i++) {
		struct libc_place place = {.call = from->call, .by_jump = true};
		uint64_t at = returns.offsets[i];
		bool is_own = at >= from->start && at < from->end;
		if (!is_own && !unwind_file_code(reading->frames, at, &place.start, &place.end))
			ret = add_place(&reading->calls, &place);
	}
	returns_finish(&returns);
	return ret;
}

static int follow_jumps(struct reading *reading)
{
	size_t count = reading->calls.count;
	int ret = 0;
	if (!reading->unwinder ||
	    unwind_file_open(reading->unwinder, reading->path, &reading->frames))
		return 0;
	ret = returns_open(reading->path, reading->functions, reading->unwinder, &reading->returns);
	for (size_t i = 0; !ret && i < count; i++) {
		const struct libc_place from = reading->calls.places[i];
		if (waits[from.call] != TRACK_WAIT_NONE)
			ret = add_jumped(reading, &from);
	}
	returns_close(reading->returns);
	unwind_file_close(reading->frames);
	return ret == -ENOMEM ? ret : 0;
}

static int has(const struct symbol_functions *functions, const char *name, bool *ret_has)
{
	const struct symbol_function **found;
	size_t count;
	int ret = symbol_functions_named(functions, name, &found, &count);
	if (ret)
		return ret;
	*ret_has |= count > 0;
	free(found);
	return 0;
}

int libc_calls_read(const char *path, struct unwinder *unwinder, struct libc_calls *ret_calls)
{
	struct reading reading = {.path = path, .unwinder = unwinder};
	struct libc_calls *calls = &reading.calls;
	struct stat st;
	if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
		return 0;
	int ret = symbol_functions_open(path, NULL, &reading.functions);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; !ret && i < sizeof(of_glibc) / sizeof(*of_glibc); i++)
		ret = has(reading.functions, of_glibc[i], &calls->is_glibc);
	for (enum libc_call call = LIBC_NONE + 1; !ret && call < LIBC__COUNT; call++)
		ret = add_named(&reading, call);
	if (!ret)
		ret = follow_jumps(&reading);
	symbol_functions_close(reading.functions);
	if (ret)
		libc_calls_finish(calls);
	else
		*ret_calls = *calls;
	return ret;
}

void libc_calls_finish(struct libc_calls *calls)
{
	free(calls->places);
	*calls = (struct libc_calls){0};
}

/* Of two that hold it, the shorter one is meant. */
enum libc_call libc_calls_find(const struct libc_calls *calls, uint64_t offset)
{
	const struct libc_place *best = NULL;
	for (size_t i = 0; i < calls->count; i++) {
		const struct libc_place *place = &calls->places[i];
		if (offset >= place->start && offset < place->end &&
		    (!best || place->end - place->start < best->end - best->start))
			best = place;
	}
	return best ? best->call : LIBC_NONE;
}
