/* SPDX-License-Identifier: Apache-2.0 */
#include "libc_calls.h"

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

/* What only the one libc has; the last of a program that is linked with all of it. */
static const char *const of_glibc[] = {"gnu_get_libc_version", "__libc_setup_tls"};

const char *libc_call_name(enum libc_call call)
{
	return call < LIBC__COUNT ? names[call] : "";
}

static int add(const struct symbol_functions *functions, enum libc_call call,
	       struct libc_calls *calls)
{
	const struct symbol_function **found;
	size_t count;
	int ret = symbol_functions_named(functions, names[call], &found, &count);
	if (ret)
		return ret;
	struct libc_place *places =
		reallocarray(calls->places, calls->count + count + 1, sizeof(*places));
	if (places)
		calls->places = places;
	for (size_t i = 0; places && i < count; i++)
		places[calls->count++] =
			(struct libc_place){.start = found[i]->offset,
					    .end = found[i]->offset + found[i]->size,
					    .call = call};
	free(found);
	return places ? 0 : -ENOMEM;
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

int libc_calls_read(const char *path, struct libc_calls *ret_calls)
{
	struct symbol_functions *functions;
	struct libc_calls calls = {0};
	struct stat st;
	if (stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
		return 0;
	int ret = symbol_functions_open(path, NULL, &functions);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	for (size_t i = 0; !ret && i < sizeof(of_glibc) / sizeof(*of_glibc); i++)
		ret = has(functions, of_glibc[i], &calls.is_glibc);
	for (enum libc_call call = LIBC_NONE + 1; !ret && call < LIBC__COUNT; call++)
		ret = add(functions, call, &calls);
	symbol_functions_close(functions);
	if (ret)
		libc_calls_finish(&calls);
	else
		*ret_calls = calls;
	return ret;
}

void libc_calls_finish(struct libc_calls *calls)
{
	free(calls->places);
	*calls = (struct libc_calls){0};
}

/* A name may be another one's, too: of two that hold it, the shorter one is meant. */
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
