/* SPDX-License-Identifier: Apache-2.0 */
#include "mapped.h"
#include "exec_file.h"
#include "process_files.h"
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/unwind.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define MODULES_MAX 8192u

static void drop(struct modules *modules, size_t index)
{
	free(modules->at[index].path);
	free(modules->at[index].name);
	modules->count--;
	memmove(&modules->at[index], &modules->at[index + 1],
		(modules->count - index) * sizeof(*modules->at));
}

void mapped_finish(struct modules *modules)
{
	while (modules->count)
		drop(modules, modules->count - 1);
	free(modules->at);
	unwind_space_destroy(modules->space);
	*modules = (struct modules){0};
}

const struct module *mapped_find(const struct modules *modules, uint64_t address)
{
	for (size_t i = 0; i < modules->count; i++)
		if (address >= modules->at[i].code_start && address < modules->at[i].code_end)
			return &modules->at[i];
	return NULL;
}

static void emit_module(struct traced *traced, const struct module *module, uint64_t time_ns)
{
	struct {
		struct track_module head;
		char path[TRACK_NAME_BYTES_MAX - sizeof(struct track_module)];
	} data = {.head = {.start = module->start, .end = module->end}};
	size_t size = strnlen(module->name, sizeof(data.path));
	data.head.path_bytes = (uint16_t)size;
	memcpy(data.path, module->name, size);
	if (module->file) {
		data.head.build_id_bytes = module->file->build_id_bytes;
		memcpy(data.head.build_id, module->file->build_id, sizeof(data.head.build_id));
	}
	traced_emit(traced, traced->tgid, time_ns, TRACK_META_MODULE, 0, TRACK_CALL_none,
		    module->bias, 0, 0, &data, sizeof(data.head) + size);
}

static int append(struct traced *traced, const struct module *module)
{
	struct modules *modules = &traced->modules;
	struct module *at = modules->count < MODULES_MAX
				    ? reallocarray(modules->at, modules->count + 1, sizeof(*at))
				    : NULL;
	if (!at)
		return -ENOMEM;
	modules->at = at;
	struct module *added = &at[modules->count];
	*added = *module;
	added->path = strdup(module->path);
	added->name = strdup(module->name);
	modules->count++;
	if (added->path && added->name)
		return 0;
	drop(modules, modules->count - 1);
	return -ENOMEM;
}

/* Of what is mapped now over them, the modules that were there are gone. */
static void forget_below(struct traced *traced, const struct module *module, uint64_t time_ns)
{
	struct modules *modules = &traced->modules;
	const struct session_kernel *kernel = &traced->session->options.kernel;
	bool any = false;
	for (size_t i = modules->count; i-- > 0;) {
		const struct module *old = &modules->at[i];
		if (old->bias == module->bias || old->end <= module->start ||
		    old->start >= module->end)
			continue;
		traced_emit(traced, traced->tgid, time_ns, TRACK_META_UNLOAD, 0, TRACK_CALL_none,
			    old->bias, 0, 0, NULL, 0);
		drop(modules, i);
		any = true;
	}
	if (!any)
		return;
	modules->version++;
	if (kernel->forget_trails)
		(void)kernel->forget_trails(kernel->context, traced->tgid, traced->image);
}

static bool is_told(const struct modules *modules, const struct module *module)
{
	for (size_t i = 0; i < modules->count; i++)
		if (modules->at[i].bias == module->bias && modules->at[i].end == module->end)
			return true;
	return false;
}

/* Frame by frame where the code is made for it. */
static void choose_walk(struct traced *traced, const struct module_file *file)
{
	const struct session_kernel *kernel = &traced->session->options.kernel;
	if (!file->is_go || traced->walked || !kernel->walk)
		return;
	traced->walked =
		!kernel->walk(kernel->context, traced->tgid, traced->image, PROBE_WALK_FRAMES);
}

/* 0 or -errno: the file cannot be opened. */
static int place(struct traced *traced, const struct mapping *mapping, char name[PATH_MAX],
		 struct module *ret_module)
{
	char root[64];
	const struct module_file *file;
	int ret = module_files_get(&traced->session->files, mapping->openable, &file);
	if (ret)
		return ret;
	/* Another mount namespace, or a file that took its place. */
	if (mapping->inode && mapping->inode != file->inode)
		return -ESTALE;
	module_files_name(&traced->session->files, file, mapping->path);
	struct module module = {.code_start = mapping->start,
				.code_end = mapping->end,
				.offset = mapping->offset,
				.file = file,
				.path = (char *)(uintptr_t)mapping->path,
				.name = name};
	if (!module_file_place(file, mapping->start, mapping->offset, &module.bias, &module.start,
			       &module.end))
		return -ENOEXEC;
	snprintf(root, sizeof(root), "/proc/%" PRIu32 "/root", traced->tgid);
	module_file_name(file, root, mapping->path, name);
	/* Who is gone has no root any more. */
	if (!strcmp(name, mapping->path))
		module_file_name(file, "", mapping->path, name);
	*ret_module = module;
	return 0;
}

/* Its process is over meanwhile, and with it the link to the file; that may be where it was. */
static bool find_elsewhere(struct mapping *mapping)
{
	if (!mapping->told || !strcmp(mapping->openable, mapping->path))
		return false;
	snprintf(mapping->openable, sizeof(mapping->openable), "%s", mapping->path);
	mapping->inode = mapping->told;
	return true;
}

static bool is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

/* Code that is known without its file is taken for code that keeps frame pointers. */
static void map_for_unwinding(struct traced *traced, struct mapping *mapping)
{
	struct unwind_space *space = traced->modules.space;
	if (!space)
		return;
	int ret = unwind_space_map(space, mapping->start, mapping->end, mapping->offset,
				   *mapping->openable ? mapping->openable : NULL);
	if (is_gone(ret) && find_elsewhere(mapping))
		(void)unwind_space_map(space, mapping->start, mapping->end, mapping->offset,
				       mapping->openable);
}

void mapped_add(struct traced *traced, struct mapping *mapping, uint64_t time_ns)
{
	const struct session_functions *functions = &traced->session->options.functions;
	const struct module *known = mapped_find(&traced->modules, mapping->start);
	struct module module;
	char name[PATH_MAX];
	if (known && known->code_start == mapping->start && known->code_end == mapping->end &&
	    !strcmp(known->path, mapping->path))
		return;
	int ret = mapping->path[0] ? place(traced, mapping, name, &module) : -ENOENT;
	if (is_gone(ret) && find_elsewhere(mapping))
		ret = place(traced, mapping, name, &module);
	map_for_unwinding(traced, mapping);
	if (ret)
		return;
	forget_below(traced, &module, time_ns);
	bool told = is_told(&traced->modules, &module);
	if (append(traced, &module))
		return;
	if (!told)
		emit_module(traced, &module, time_ns);
	choose_walk(traced, module.file);
	if (functions->binary)
		(void)functions->binary(functions->context, traced, mapping->openable,
					module.file->device, module.file->inode);
}

static void cut_deleted(char *path)
{
	static const char suffix[] = " (deleted)";
	size_t length = strlen(path), tail = sizeof(suffix) - 1;
	if (length > tail && !strcmp(path + length - tail, suffix))
		path[length - tail] = '\0';
}

/* It can be opened, and is the file that is meant; inode 0: whichever it is. */
static bool is_openable(const char *path, ino_t inode)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool is =
		fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && (!inode || st.st_ino == inode);
	if (fd >= 0)
		close(fd);
	return is;
}

/*
 * By its place, which holds in every mount namespace, and which not every privilege may follow;
 * else by its path.
 */
static void find_openable(const struct traced *traced, ino_t inode, struct mapping *mapping)
{
	snprintf(mapping->openable, sizeof(mapping->openable),
		 "/proc/%" PRIu32 "/map_files/%" PRIx64 "-%" PRIx64, traced->tgid, mapping->start,
		 mapping->end);
	if (is_openable(mapping->openable, 0))
		return;
	if (snprintf(mapping->openable, sizeof(mapping->openable), "/proc/%" PRIu32 "/root%s",
		     traced->tgid, mapping->path) < PATH_MAX &&
	    is_openable(mapping->openable, inode))
		return;
	if (snprintf(mapping->openable, sizeof(mapping->openable), "%s", mapping->path) >=
		    PATH_MAX ||
	    !is_openable(mapping->openable, inode))
		mapping->openable[0] = '\0';
}

void mapped_openable(const struct traced *traced, const struct module *module,
		     char ret_path[PATH_MAX])
{
	struct mapping mapping = {
		.start = module->code_start, .end = module->code_end, .path = module->path};
	find_openable(traced, module->file->inode, &mapping);
	memcpy(ret_path, mapping.openable, sizeof(mapping.openable));
}

/* A line of /proc/PID/maps; false: it holds no code. */
static bool parse_line(const struct traced *traced, char *line, struct mapping *mapping)
{
	char permissions[8] = "";
	uint64_t inode;
	int path_at = 0;
	*mapping = (struct mapping){.path = ""};
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %" SCNu64 " %n",
		   &mapping->start, &mapping->end, permissions, &mapping->offset, &inode,
		   &path_at) < 5 ||
	    !strchr(permissions, 'x') || mapping->start >= mapping->end)
		return false;
	char *path = line + path_at;
	if (inode && *path == '/') {
		cut_deleted(path);
		mapping->path = path;
		mapping->told = inode;
		find_openable(traced, inode, mapping);
	} else if (!strcmp(path, "[vdso]")) {
		snprintf(mapping->openable, sizeof(mapping->openable), "%s", path);
	}
	return true;
}

bool mapped_is_current(const struct traced *traced)
{
	const struct session_kernel *kernel = &traced->session->options.kernel;
	struct probe_traced now;
	struct process_stat stat;
	if (kernel->traced &&
	    (kernel->traced(kernel->context, traced->tgid, &now) || now.image != traced->image))
		return false;
	/*
	 * An exec shows in /proc before the kernel tells of it: first by no code at all (so does
	 * the end), then by other code. 1: nobody here may know.
	 */
	return !traced->start_code || process_read_stat((int32_t)traced->tgid, &stat) ||
	       stat.start_code == 1 || stat.start_code == traced->start_code;
}

int mapped_read(struct traced *traced, uint64_t time_ns)
{
	char *text, *rest;
	size_t size;
	if (traced->quiet)
		return 0;
	int ret = process_load_file((int32_t)traced->tgid, "maps", &text, &size);
	if (ret)
		return ret;
	/* A process that is over has a file of no lines. */
	ret = size && mapped_is_current(traced) ? 0 : -ESRCH;
	rest = text;
	for (char *line; !ret && (line = strsep(&rest, "\n")) && *line;) {
		struct mapping mapping;
		if (parse_line(traced, line, &mapping))
			mapped_add(traced, &mapping, time_ns);
	}
	free(text);
	return ret;
}

void mapped_exec(struct traced *traced, const struct probe_exec *event)
{
	if (traced->quiet)
		return;
	if (!mapped_read(traced, event->head.time_ns))
		return;
	if (!exec_file_map(traced, event))
		traced_note(traced, TRACK_NOTE_MODULES_UNSEEN, 1);
}

/* Names from the file to the root become a path. */
static void turn_path(const char *names, size_t size, char *ret_path, size_t capacity)
{
	size_t used = 0, end = size;
	while (end > 0) {
		size_t start = end - 1; /* at the '/' that ends a name */
		while (start > 0 && names[start - 1] != '/')
			start--;
		size_t length = end - 1 - start;
		if (length && used + length + 1 < capacity) {
			ret_path[used++] = '/';
			memcpy(ret_path + used, names + start, length);
			used += length;
		}
		end = start;
	}
	ret_path[used] = '\0';
}

void mapped_map(struct traced *traced, const struct probe_map *event)
{
	char path[PROBE_TEXT_BYTES + 2], link[PATH_MAX], name[64];
	if (traced->quiet || event->bytes > INT64_MAX || event->address > INT64_MAX)
		return;
	struct mapping mapping = {
		.start = event->address,
		.end = (event->address + event->bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1),
		.offset = event->offset,
		.path = path,
		.told = event->ino,
	};
	if (mapping.start >= mapping.end)
		return;
	size_t size = event->path.bytes < PROBE_TEXT_BYTES ? event->path.bytes : 0;
	turn_path(event->path.text, size, path, sizeof(path));
	snprintf(name, sizeof(name), "map_files/%" PRIx64 "-%" PRIx64, mapping.start, mapping.end);
	/* The whole path, while it is there; of what is gone already, as the kernel told it. */
	if (mapped_is_current(traced) &&
	    process_read_link((int32_t)traced->tgid, name, link, sizeof(link)) > 0) {
		cut_deleted(link);
		mapping.path = link;
		find_openable(traced, event->ino, &mapping);
	} else {
		snprintf(mapping.openable, sizeof(mapping.openable), "%s", path);
		mapping.inode = event->ino;
	}
	mapped_add(traced, &mapping, event->head.time_ns);
}

void mapped_inherit(struct traced *traced, const struct traced *parent, uint64_t time_ns)
{
	if (traced->quiet)
		return;
	traced->modules.version = parent->modules.version;
	traced->walked = parent->walked;
	unwind_space_destroy(traced->modules.space);
	traced->modules.space = NULL;
	if (parent->modules.space &&
	    unwind_space_clone(parent->modules.space, &traced->modules.space))
		traced->modules.space = NULL;
	for (size_t i = 0; i < parent->modules.count; i++) {
		bool told = is_told(&traced->modules, &parent->modules.at[i]);
		if (!append(traced, &parent->modules.at[i]) && !told)
			emit_module(traced, &parent->modules.at[i], time_ns);
	}
}
