/* SPDX-License-Identifier: Apache-2.0 */
/* All files that are used: each once, while it is and for a while longer. */
#include "unwind_file.h"

#include "regular.h"

#include <base/fnv.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDLE_MAX 256 /* files that nobody maps now, and soon somebody may again */
#define VDSO "[vdso]"
#define BYTES_MAX ((size_t)1 << 30) /* of all files together: some may be made to be large */

struct unwinder {
	struct unwind_file **files;
	size_t count;
	size_t capacity;
	struct u64map by_identity; /* hash -> index */
	struct unwind_file *vdso;
	size_t bytes; /* of all of files */
};

int unwinder_create(struct unwinder **ret_unwinder)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	struct unwinder *unwinder = calloc(1, sizeof(*unwinder));
	if (unwinder == NULL)
		return -ENOMEM;
	*ret_unwinder = unwinder;
	return 0;
}

void unwinder_destroy(struct unwinder *unwinder)
{
	if (unwinder == NULL)
		return;
	for (size_t i = 0; i < unwinder->count; i++)
		unwind_file_destroy(unwinder->files[i]);
	free(unwinder->files);
	u64map_finish(&unwinder->by_identity);
	unwind_file_destroy(unwinder->vdso);
	free(unwinder);
}

void unwind_file_use(struct unwind_file *file)
{
	if (file != NULL)
		file->users++;
}

void unwind_file_close(struct unwind_file *file)
{
	if (file != NULL)
		file->users--;
}

static uint64_t hash_identity(const struct unwind_identity *identity)
{
	return fnv_bytes(FNV_START, identity, sizeof(*identity));
}

static size_t count_idle(const struct unwinder *unwinder)
{
	size_t idle = 0;

	for (size_t i = 0; i < unwinder->count; i++)
		idle += unwinder->files[i]->users == 0;
	return idle;
}

/* Unused ones go when they are many or large, all at once: that is rare. */
static void forget_idle(struct unwinder *unwinder)
{
	size_t kept = 0;

	u64map_finish(&unwinder->by_identity);
	for (size_t i = 0; i < unwinder->count; i++) {
		struct unwind_file *file = unwinder->files[i];
		if (file->users == 0) {
			unwinder->bytes -= unwind_file_bytes(file);
			unwind_file_destroy(file);
			continue;
		}
		unwinder->files[kept] = file;
		/* Without memory it is opened again, no more. */
		(void)u64map_put(&unwinder->by_identity, hash_identity(&file->identity), kept++);
	}
	unwinder->count = kept;
}

static int add(struct unwinder *unwinder, struct unwind_file *file)
{
	size_t bytes = unwind_file_bytes(file);

	if (count_idle(unwinder) >= IDLE_MAX || unwinder->bytes > BYTES_MAX - bytes)
		forget_idle(unwinder);
	if (unwinder->bytes > BYTES_MAX - bytes)
		return -EFBIG;
	if (unwinder->count == unwinder->capacity) {
		size_t capacity = unwinder->capacity ? unwinder->capacity * 2 : 16;
		struct unwind_file **files =
			reallocarray(unwinder->files, capacity, sizeof(struct unwind_file *));
		if (files == NULL)
			return -ENOMEM;
		unwinder->files = files;
		unwinder->capacity = capacity;
	}
	int error =
		u64map_put(&unwinder->by_identity, hash_identity(&file->identity), unwinder->count);
	if (error < 0)
		return error;
	unwinder->files[unwinder->count++] = file;
	unwinder->bytes += bytes;
	return 0;
}

static int open_vdso(struct unwinder *unwinder, struct unwind_file **ret_file)
{
	const Elf64_Ehdr *image = (const Elf64_Ehdr *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);

	if (image == NULL)
		return -ENOENT;
	if (unwinder->vdso == NULL) {
		/* Section headers lie last in it. */
		size_t bytes = image->e_shoff + (size_t)image->e_shnum * image->e_shentsize;
		int error = unwind_file_create_memory(image, bytes, &unwinder->vdso);
		if (error < 0)
			return error;
	}
	*ret_file = unwinder->vdso;
	return 0;
}

static struct unwind_file *find(const struct unwinder *unwinder,
				const struct unwind_identity *identity)
{
	const uint64_t *index = u64map_get(&unwinder->by_identity, hash_identity(identity));

	if (index == NULL)
		return NULL;
	struct unwind_file *file = unwinder->files[*index];
	return memcmp(&file->identity, identity, sizeof(*identity)) == 0 ? file : NULL;
}

static int open_path(struct unwinder *unwinder, const char *path, struct unwind_file **ret_file)
{
	struct unwind_file *file = NULL;
	struct stat status;
	int fd;
	int result = regular_open(path, &fd);

	if (result < 0)
		return result;
	if (fstat(fd, &status) < 0) {
		result = -errno;
		goto out;
	}
	const struct unwind_identity identity = {
		.dev = status.st_dev,
		.ino = status.st_ino,
		.bytes = (uint64_t)status.st_size,
		.changed_ns = (uint64_t)status.st_mtim.tv_sec * 1000000000u +
			      (uint64_t)status.st_mtim.tv_nsec,
	};
	file = find(unwinder, &identity);
	if (file == NULL) {
		result = unwind_file_create(fd, &identity, &file);
		if (result == 0)
			result = add(unwinder, file);
		if (result < 0) {
			unwind_file_destroy(file);
			goto out;
		}
	}
	*ret_file = file;
out:
	close(fd);
	return result;
}

int unwind_file_open(struct unwinder *unwinder, const char *path, struct unwind_file **ret_file)
{
	int error = strcmp(path, VDSO) == 0 ? open_vdso(unwinder, ret_file)
					    : open_path(unwinder, path, ret_file);

	if (error == 0)
		unwind_file_use(*ret_file);
	return error;
}
