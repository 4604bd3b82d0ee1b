/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are mapped as code: what of them a module's record says. Each is read once. */
#ifndef LOADER_MODULE_FILE_H
#define LOADER_MODULE_FILE_H

#include <base/u64map.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MODULE_LOADS_MAX 16
#define MODULE_INTERPRETER_BYTES 128

struct module_load {
	uint64_t offset;
	uint64_t file_bytes;
	uint64_t address;
	uint64_t memory_bytes;
	bool runs; /* PF_X */
};

struct module_file {
	dev_t device;
	ino_t inode;
	uint64_t changed_ns; /* of its status: an inode may be used again */
	uint32_t load_count; /* 0: it is no ELF file for this machine */
	struct module_load loads[MODULE_LOADS_MAX];
	uint8_t build_id[20];
	uint16_t build_id_bytes;
	bool is_go;	  /* its code keeps frame pointers, and its stacks are not libc's */
	uint64_t headers; /* where its program headers lie in the file */
	char interpreter[MODULE_INTERPRETER_BYTES]; /* path of its loader; "": none */
	char *soname;		   /* owned; as programs ask for it; NULL: it has none */
	char *path;		   /* owned; where it was found, for us too; NULL: not known */
	struct module_file *older; /* of the same key */
};

/* Zeroed is empty. */
struct module_files {
	struct u64map by_inode; /* -> struct module_file, owned */
};

void module_files_finish(struct module_files *files);
/* The file at path, which may be a link of /proc. It lives as long as files. -errno. */
int module_files_get(struct module_files *files, const char *path,
		     const struct module_file **ret_file);

/* One of this inode that was met before, and is at its path still; NULL: there is none. */
const struct module_file *module_files_find(struct module_files *files, ino_t inode);
/* Where it is, as somebody called it: kept if it is so for us. */
void module_files_name(struct module_files *files, const struct module_file *file,
		       const char *path);

/*
 * Its path as a program's loader finds it: of what lies beside the file, the link that has the
 * file's own name, which is how others know the library. Else path itself. root is where the
 * process's root is for us, "" for our own.
 */
void module_file_name(const struct module_file *file, const char *root, const char *path,
		      char ret_name[PATH_MAX]);

/*
 * Where a file lies in memory of which the part from offset on is mapped at start.
 * false: no such part of it holds code.
 */
bool module_file_place(const struct module_file *file, uint64_t start, uint64_t offset,
		       uint64_t *ret_bias, uint64_t *ret_start, uint64_t *ret_end);

#endif
