/* SPDX-License-Identifier: Apache-2.0 */
#include "binaries.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pack/versions.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/functions.h>
#include <unistd.h>

#include "engine.h"
#include "go_rows.h"
#include "returns.h"
#include "tails.h"
#include "thread_calls.h"
#include "usdt.h"

/* What only the one libc has. */
static const char *const of_glibc[] = {"gnu_get_libc_version", "__libc_setup_tls"};
static const char *const thread_libraries[] = {"libc.so.*", "libpthread.so.*", "libc.musl-*",
					       "ld-musl-*"};

/* While one file is attached to. */
struct meeting {
	struct binaries *binaries;
	struct binary *binary;
	const char *path;
	char held[32];			  /* its path by our own descriptor */
	struct symbol_functions *symbols; /* NULL: there are none, or none are asked for */
	struct returns_file *returns_file;
	struct points enters, returns, annotations;
	struct points passed; /* returns of what is looked at when it begins alone */
};

static uint64_t key_of(dev_t device, ino_t inode)
{
	return (uint64_t)inode * 0x9e3779b97f4a7c15u ^ (uint64_t)device;
}

static void binary_destroy(struct binary *binary)
{
	link_list_finish(&binary->links);
	free(binary->path);
	free(binary->fits);
	free(binary->refused);
	free(binary->rows);
	free(binary);
}

void binaries_finish(struct binaries *binaries)
{
	uint64_t key, value;
	struct link_list links = {.items = NULL};
	size_t cursor = 0;

	while (u64map_next(&binaries->by_inode, &cursor, &key, &value)) {
		struct binary *binary = (struct binary *)(uintptr_t)value, *older;

		for (; binary; binary = older) {
			older = binary->older;
			link_list_move(&binary->links, &links);
			binary_destroy(binary);
		}
	}
	link_list_finish(&links);
	u64map_finish(&binaries->by_inode);
}

const struct binary *binaries_find(const struct binaries *binaries, dev_t device, ino_t inode)
{
	const uint64_t *found = u64map_get(&binaries->by_inode, key_of(device, inode));
	const struct binary *binary = found ? (const struct binary *)(uintptr_t)*found : NULL;

	while (binary && (binary->device != device || binary->inode != inode))
		binary = binary->older;
	return binary;
}

size_t binaries_nameless(const struct binaries *binaries, const char **names, size_t max)
{
	uint64_t key, value;
	size_t cursor = 0, count = 0;

	while (u64map_next(&binaries->by_inode, &cursor, &key, &value)) {
		const struct binary *binary = (struct binary *)(uintptr_t)value;

		for (; binary && count < max; binary = binary->older)
			if (binary->is_nameless)
				names[count++] = binary->name.file;
	}
	return count;
}

static int add_binary(struct binaries *binaries, const char *path, dev_t device, ino_t inode,
		      struct binary **ret_binary)
{
	const uint64_t *found = u64map_get(&binaries->by_inode, key_of(device, inode));
	struct binary *binary = calloc(1, sizeof(*binary));

	if (!binary)
		return -ENOMEM;
	binary->device = device;
	binary->inode = inode;
	binary->older = found ? (struct binary *)(uintptr_t)*found : NULL;
	binary->path = strdup(path);
	binary->fits = calloc(binaries->pack_count + 1, sizeof(*binary->fits));
	binary->refused = calloc(binaries->pack_count + 1, sizeof(*binary->refused));
	if (!binary->path || !binary->fits || !binary->refused ||
	    u64map_put(&binaries->by_inode, key_of(device, inode), (uintptr_t)binary) < 0) {
		binary_destroy(binary);
		return -ENOMEM;
	}
	*ret_binary = binary;
	return 0;
}

bool binary_has_row(const struct binary *binary, uint32_t row)
{
	for (size_t i = 0; i < binary->row_count; i++)
		if (binary->rows[i] == row)
			return true;
	return false;
}

bool binaries_has_pack(const struct binaries *binaries, const struct binary *binary, size_t pack)
{
	for (size_t i = 0; i < binary->row_count; i++) {
		const struct probed *probed = row_table_at(binaries->table, binary->rows[i]);

		if (probed->row && probed->row->pack == binaries->packs[pack])
			return true;
	}
	return false;
}

static int add_row(struct binary *binary, uint32_t row)
{
	uint32_t *rows;

	if (binary_has_row(binary, row))
		return 0;
	rows = reallocarray(binary->rows, binary->row_count + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	binary->rows = rows;
	binary->rows[binary->row_count++] = row;
	return 0;
}

static bool is_library(const struct pack *pack, const struct elf_name *name)
{
	const char *version = strstr(name->file, ".so.");

	for (size_t i = 0; i < pack->library_count; i++) {
		const struct pack_library *library = &pack->libraries[i];

		if (fnmatch(library->soname.text, name->soname, 0) != 0 &&
		    fnmatch(library->soname.text, name->file, 0) != 0)
			continue;
		if (!library->versions.text ||
		    pack_versions_match(library->versions.text, version ? version + 4 : ""))
			return true;
	}
	return false;
}

static bool has_patterns(const struct pack *pack)
{
	for (size_t i = 0; i < pack->function_count; i++)
		if (pack->functions[i].pattern.text)
			return true;
	return false;
}

static bool has_threads(const struct elf_name *name)
{
	const size_t count = sizeof(thread_libraries) / sizeof(thread_libraries[0]);

	for (size_t i = 0; i < count; i++)
		if (fnmatch(thread_libraries[i], name->soname, 0) == 0 ||
		    fnmatch(thread_libraries[i], name->file, 0) == 0)
			return true;
	return name->is_program;
}

/* Which packs it is for, and whether its functions have to be read at all. */
static bool is_of_interest(struct meeting *meeting)
{
	const struct binaries *binaries = meeting->binaries;
	struct binary *binary = meeting->binary;
	bool wanted = binaries->threads && has_threads(&binary->name);

	for (size_t i = 0; i < binaries->pack_count; i++) {
		binary->fits[i] = is_library(binaries->packs[i], &binary->name);
		wanted |= binary->fits[i] ||
			  (binary->name.is_program && has_patterns(binaries->packs[i]));
	}
	return wanted;
}

/* Without a look at what it returned, it is enough that it is over. */
static enum points_until points_until(const struct probe_row *kernel)
{
	if (!(kernel->flags & PROBE_ROW_TELL_RETURN))
		return POINTS_ENTRY;
	for (uint8_t i = 0; i < kernel->term_count; i++)
		if (kernel->terms[i].flags & PROBE_TERM_AT_RETURN)
			return POINTS_RETURN;
	return POINTS_LEAVE;
}

/* Where one return is not seen, none is. */
static int add_passed(struct meeting *meeting, uint32_t row,
		      const struct symbol_function *const *found, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = points_add_returns(&meeting->passed, meeting->returns_file, found[i]->offset,
				       row, POINTS_LEAVE);
	if (r < 0)
		points_remove_row(&meeting->passed, row);
	return r == -ENOMEM ? r : 0;
}

static int add_found(struct meeting *meeting, uint32_t row, const struct probe_row *kernel,
		     const struct symbol_function *const *found, size_t count)
{
	struct probed *probed = row_table_at(meeting->binaries->table, row);
	enum points_until until = points_until(kernel);
	int r = 0;

	for (size_t i = 0; (r == 0 || r == -ENOTSUP) && i < count; i++) {
		r = points_add_function(&meeting->enters, &meeting->returns, meeting->returns_file,
					found[i]->offset, row, until);
		if (r == -ENOTSUP && !probed->is_unseen) {
			probed->is_unseen = true;
			meeting->binaries->unprobed++;
		}
		probed->is_found = true;
	}
	if (r == 0 && probed->row && until == POINTS_ENTRY)
		r = add_passed(meeting, row, found, count);
	if (count && r != -ENOMEM)
		r = add_row(meeting->binary, row);
	return r == -ENOMEM ? r : 0;
}

static int add_pack_row(struct meeting *meeting, uint32_t number)
{
	const struct row *row = row_table_at(meeting->binaries->table, number)->row;
	const struct pack_function *function = row->function;
	const struct symbol_function **found = NULL;
	size_t count = 0, pack = 0;
	bool fits;
	int r = 0;

	while (meeting->binaries->packs[pack] != row->pack)
		pack++;
	fits = meeting->binary->fits[pack];
	if (function->pattern.text && (fits || meeting->binary->name.is_program)) {
		r = symbol_functions_like(meeting->symbols, function->pattern.text, &found, &count);
		meeting->binary->is_nameless = !symbol_functions_whole(meeting->symbols);
	} else if (function->symbol.text && fits)
		r = symbol_functions_named(meeting->symbols, function->symbol.text, &found, &count);
	row_table_at(meeting->binaries->table, number)->is_there |= count > 0;
	if (meeting->binary->refused[pack])
		count = 0;
	else if (!row->act_count)
		meeting->binaries->unprobed += count > 0;
	else if (fits && function->pattern.text)
		meeting->binaries->unprobed += !count;
	if (r == 0 && row->act_count)
		r = add_found(meeting, number, &row->kernel, found, count);
	free(found);
	return r;
}

/* Linked into a program they are told apart by what only the one has. */
static int look_for_musl(const struct meeting *meeting, bool *ret_musl)
{
	bool is_glibc = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(of_glibc) / sizeof(of_glibc[0]); i++) {
		const struct symbol_function **found = NULL;
		size_t count = 0;

		r = symbol_functions_named(meeting->symbols, of_glibc[i], &found, &count);
		is_glibc |= count > 0;
		free(found);
	}
	*ret_musl = !is_glibc;
	return r;
}

static int add_thread_rows(struct meeting *meeting)
{
	struct binaries *binaries = meeting->binaries;
	bool musl = false;
	int r;

	if (!binaries->threads || !has_threads(&meeting->binary->name))
		return 0;
	r = look_for_musl(meeting, &musl);
	for (uint32_t i = 0; r == 0 && i < thread_call_count; i++) {
		uint32_t row = binaries->thread_rows + i + (musl ? (uint32_t)thread_call_count : 0);
		const struct symbol_function **found = NULL;
		struct probe_row kernel;
		size_t count = 0;

		thread_call_row(&thread_calls[i], musl, &kernel);
		r = symbol_functions_named(meeting->symbols, thread_calls[i].symbol, &found,
					   &count);
		if (r == 0)
			r = add_found(meeting, row, &kernel, found, count);
		free(found);
	}
	return r;
}

static int add_annotations(struct meeting *meeting)
{
	struct usdt_probe *probes = NULL;
	size_t count = 0;
	int r = usdt_read(meeting->path, meeting->binaries->unwinder, &probes, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = points_add(&meeting->annotations, probes[i].offset, 0);
	free(probes);
	return r == -ENOMEM ? r : 0;
}

static void refuse(void *context, uint64_t row)
{
	struct meeting *meeting = context;
	struct probed *probed = row_table_at(meeting->binaries->table, (uint32_t)row);

	meeting->binaries->unprobed += !probed->is_unseen;
	probed->is_unseen = true;
}

/*
 * Two functions of a pack that have one place, since their code is the same: which of them is
 * called is not known. What both say is said once.
 */
static bool share_place(struct meeting *meeting, size_t first, size_t second)
{
	const struct row_table *table = meeting->binaries->table;
	const struct points *enters = &meeting->enters;
	const struct row *a = row_table_at(table, (uint32_t)enters->rows[first])->row;
	const struct row *b = row_table_at(table, (uint32_t)enters->rows[second])->row;

	if (enters->offsets[first] != enters->offsets[second] || !a || !b || a->pack != b->pack)
		return false;
	if (row_is_same(a, b))
		return true;
	refuse(meeting, enters->rows[first]);
	refuse(meeting, enters->rows[second]);
	return false;
}

static void part_aliases(struct meeting *meeting)
{
	for (size_t i = 0; i < meeting->enters.count; i++)
		for (size_t j = meeting->enters.count; j-- > i + 1;)
			if (share_place(meeting, i, j))
				points_remove(&meeting->enters, j);
}

static void refuse_annotation(void *context, uint64_t row)
{
	struct meeting *meeting = context;

	(void)row;
	meeting->binaries->unprobed++;
}

static void leave_out_unseen(struct meeting *meeting)
{
	const struct binary *binary = meeting->binary;

	for (size_t i = 0; i < binary->row_count; i++)
		if (row_table_at(meeting->binaries->table, binary->rows[i])->is_unseen)
			points_remove_row(&meeting->enters, binary->rows[i]);
}

/* The returns first: of a function that was entered, the return is seen. */
static int attach(struct meeting *meeting)
{
	struct engine *engine = meeting->binaries->engine;
	struct link_list *links = &meeting->binary->links;
	int r;

	part_aliases(meeting);
	r = tails_find(meeting->binaries->table, engine, &meeting->returns, &meeting->passed,
		       refuse, meeting);
	if (r == 0)
		r = points_attach(&meeting->returns, engine, LINK_RETURN, meeting->path, links,
				  refuse, meeting);
	leave_out_unseen(meeting);
	if (r == 0)
		r = points_attach(&meeting->enters, engine, LINK_ENTER, meeting->path, links,
				  refuse, meeting);
	if (r == 0)
		r = points_attach(&meeting->annotations, engine, LINK_ANNOTATION, meeting->path,
				  links, refuse_annotation, meeting);
	if (meeting->binary->row_count)
		row_table_judge(meeting->binaries->table);
	return r;
}

/* Go joins no threads. */
static bool hides_joins(const struct meeting *meeting)
{
	const struct binaries *binaries = meeting->binaries;
	const struct binary *binary = meeting->binary;
	uint32_t end = binaries->thread_rows + 2 * (uint32_t)thread_call_count;

	if (!binaries->threads || !binary->name.is_static)
		return false;
	for (size_t i = 0; i < binary->row_count; i++)
		if (binary->rows[i] >= binaries->thread_rows && binary->rows[i] < end)
			return false;
	return !meeting->symbols || !go_rows_is_file(meeting->symbols);
}

/* Not a row of it then, since a class that is followed by half looks leaked. */
static int refuse_go(struct meeting *meeting)
{
	struct binaries *binaries = meeting->binaries;
	struct binary *binary = meeting->binary;
	int r = 0;

	if (!go_rows_is_file(meeting->symbols))
		return 0;
	for (size_t i = 0; r == 0 && i < binaries->pack_count; i++) {
		size_t count = 0;

		if (binary->fits[i] || binary->name.is_program)
			r = go_rows_count(meeting->symbols, binaries->packs[i], binary->fits[i],
					  &count);
		binary->refused[i] = count > 0;
		binaries->of_go += count;
	}
	return r;
}

static int add_functions(struct meeting *meeting)
{
	struct binaries *binaries = meeting->binaries;
	int r;

	if (!is_of_interest(meeting))
		return 0;
	r = symbol_functions_open(meeting->path, NULL, &meeting->symbols);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return 0;
	r = returns_open(meeting->path, meeting->symbols, binaries->unwinder,
			 &meeting->returns_file);
	if (r == -ENOMEM)
		return r;
	r = add_thread_rows(meeting);
	if (r == 0)
		r = refuse_go(meeting);
	for (uint32_t i = 0; r == 0 && i < binaries->pack_rows; i++)
		r = add_pack_row(meeting, i);
	return r;
}

/* What is named by its process is gone with that one: from here on it is named by what we have
 * open. */
static int hold(struct meeting *meeting)
{
	int fd = open(meeting->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	snprintf(meeting->held, sizeof(meeting->held), "/proc/self/fd/%d", fd);
	if (strncmp(meeting->path, "/proc/", strlen("/proc/")) == 0)
		meeting->path = meeting->held;
	return fd;
}

static int meet(struct meeting *meeting)
{
	int r = elf_name_read(meeting->path, &meeting->binary->name);

	if (r < 0)
		return 0;
	r = add_functions(meeting);
	meeting->binary->hides_joins = hides_joins(meeting);
	if (r == 0 && !meeting->binaries->patterns_only)
		r = add_annotations(meeting);
	return r == 0 ? attach(meeting) : r;
}

int binaries_meet(struct binaries *binaries, const char *path, dev_t device, ino_t inode,
		  size_t *ret_probes)
{
	struct meeting meeting = {.binaries = binaries, .path = path};
	int fd, r;

	*ret_probes = 0;
	if (binaries_find(binaries, device, inode))
		return 0;
	fd = hold(&meeting);
	if (fd < 0)
		return 0; /* another process may have it */
	r = add_binary(binaries, path, device, inode, &meeting.binary);
	if (r == 0)
		r = meet(&meeting);
	*ret_probes = meeting.enters.count + meeting.annotations.count;
	points_finish(&meeting.enters);
	points_finish(&meeting.returns);
	points_finish(&meeting.passed);
	points_finish(&meeting.passed);
	points_finish(&meeting.annotations);
	returns_close(meeting.returns_file);
	symbol_functions_close(meeting.symbols);
	close(fd);
	return r;
}
