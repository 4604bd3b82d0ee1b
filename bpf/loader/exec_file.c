/* SPDX-License-Identifier: Apache-2.0 */
#include "exec_file.h"
#include "process_files.h"
#include "session.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096u

/* All code of a file that lies in memory at this bias. */
static void map_whole(struct traced *traced, const struct module_file *file, const char *path,
		      uint64_t bias, uint64_t time_ns)
{
	struct mapping mapping = {.path = path, .inode = file->inode};
	snprintf(mapping.openable, sizeof(mapping.openable), "%s", path);
	for (uint32_t i = 0; i < file->load_count; i++) {
		const struct module_load *code = &file->loads[i];
		uint64_t start = bias + code->address;
		if (!code->runs)
			continue;
		mapping.start = start & ~(uint64_t)(PAGE - 1);
		mapping.end = (start + code->file_bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
		mapping.offset = code->offset & ~(uint64_t)(PAGE - 1);
		if (mapping.start < mapping.end)
			mapped_add(traced, &mapping, time_ns);
	}
}

/* Where the program's headers lie in memory tells where it does. */
static bool find_bias(const struct module_file *file, uint64_t phdr, uint64_t *ret_bias)
{
	for (uint32_t i = 0; i < file->load_count; i++) {
		const struct module_load *load = &file->loads[i];
		if (load->offset > file->headers ||
		    file->headers - load->offset >= load->file_bytes)
			continue;
		*ret_bias = phdr - (load->address + file->headers - load->offset);
		return true;
	}
	return false;
}

/* A path as it was given to exec, from a folder: is it this file? Then it is called as it is. */
static const struct module_file *look_in(struct traced *traced, const struct probe_exec *event,
					 const char *folder, char ret_path[PATH_MAX])
{
	char path[PATH_MAX];
	const struct module_file *file;
	if (snprintf(path, sizeof(path), "%s%s%s", folder, *folder ? "/" : "", event->path.text) >=
		    PATH_MAX ||
	    !realpath(path, ret_path) ||
	    module_files_get(&traced->session->files, ret_path, &file) ||
	    file->inode != event->ino || !file->load_count)
		return NULL;
	return file;
}

/*
 * A relative path is one from a folder that its parent, or we, may still be in. And a program that
 * was met before is where it was then.
 */
static const struct module_file *find_program(struct traced *traced, const struct probe_exec *event,
					      char ret_path[PATH_MAX])
{
	char folder[PATH_MAX] = "";
	const struct module_file *file = NULL;
	if (event->path.text[0] == '/')
		file = look_in(traced, event, "", ret_path);
	else if (process_read_link((int32_t)event->parent, "cwd", folder, sizeof(folder)) > 0)
		file = look_in(traced, event, folder, ret_path);
	if (!file && event->path.text[0] != '/' && getcwd(folder, sizeof(folder)))
		file = look_in(traced, event, folder, ret_path);
	if (file)
		return file;
	file = module_files_find(&traced->session->files, event->ino);
	if (file)
		snprintf(ret_path, PATH_MAX, "%s", file->path);
	return file && file->load_count ? file : NULL;
}

bool exec_file_map(struct traced *traced, const struct probe_exec *event)
{
	char path[PATH_MAX];
	uint64_t bias;
	const struct module_file *loader, *program = find_program(traced, event, path);
	if (!program || !find_bias(program, event->phdr, &bias))
		return false;
	map_whole(traced, program, path, bias, event->head.time_ns);
	if (program->interpreter[0] == '/' && event->base &&
	    !module_files_get(&traced->session->files, program->interpreter, &loader))
		map_whole(traced, loader, program->interpreter, event->base, event->head.time_ns);
	return true;
}
