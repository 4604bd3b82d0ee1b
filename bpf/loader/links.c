/* SPDX-License-Identifier: Apache-2.0 */
#include "links.h"
#include "engine_inside.h"
#include "kernel.h"
#include "nops.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CLOSING_MAX 31u /* threads, beside the one that waits for them */

/* BPF_LINK_CREATE for many functions, as linux/bpf.h has it since 6.6. */
struct link_many {
	uint32_t program_fd;
	uint32_t target_fd;
	uint32_t attach_type;
	uint32_t flags;
	uint64_t path;
	uint64_t offsets;
	uint64_t counters;
	uint64_t cookies;
	uint32_t count;
	uint32_t many_flags;
	uint32_t pid;
	uint32_t pad;
};
_Static_assert(sizeof(struct link_many) == 64, "no holes");

struct link {
	int fd; /* of many; else -1, and singles */
	size_t count;
	struct bpf_link *singles[];
};

/* Where probes are wanted: of the very file that was opened, whatever its path leads to by now. */
struct target {
	int fd;
	char path[32];
	const uint64_t *offsets;
	const uint64_t *cookies;
	size_t count;
};

/* pid 0: all processes. */
static int create_many(int program_fd, const struct target *target, pid_t pid, int *ret_fd)
{
	struct link_many many = {.program_fd = (uint32_t)program_fd,
				 .attach_type = KERNEL_UPROBE_MULTI,
				 .path = (uintptr_t)target->path,
				 .offsets = (uintptr_t)target->offsets,
				 .cookies = (uintptr_t)target->cookies,
				 .count = (uint32_t)target->count,
				 .pid = (uint32_t)pid};
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &many, sizeof(many));
	if (fd < 0)
		return -errno;
	*ret_fd = (int)fd;
	return 0;
}

/* The first link goes after the second: what a nop was told stays true as long as it is probed. */
static int attach_many(struct link *link, const struct engine *engine, int program_fd,
		       const struct target *target)
{
	struct nops *nops = NULL;
	int first = -1;
	int error = 0;

	if (engine->turns_nops)
		error = nops_create(target->fd, target->offsets, target->count, &nops);
	if (!error && nops) {
		struct target few = *target;
		few.offsets = nops_offsets(nops, &few.count);
		few.cookies = NULL;
		error = create_many(program_fd, &few, nops_pid(nops), &first);
		if (!error)
			error = nops_hit(nops);
	}
	if (!error)
		error = create_many(program_fd, target, 0, &link->fd);
	nops_destroy(nops);
	if (first >= 0)
		close(first);
	return error;
}

/* A kernel that turns nops has links of many: what it would turn is not probed by a single one. */
static int attach_singles(struct link *link, const struct engine *engine,
			  const struct bpf_program *program, const struct target *target)
{
	struct nops *nops = NULL;
	int error = 0;

	if (engine->turns_nops)
		error = nops_create(target->fd, target->offsets, target->count, &nops);
	if (!error && nops)
		error = -ENOTSUP;
	nops_destroy(nops);
	for (size_t i = 0; !error && i < target->count; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, options,
			    .bpf_cookie = target->cookies ? target->cookies[i] : 0);
		struct bpf_link *single = bpf_program__attach_uprobe_opts(
			program, -1, target->path, target->offsets[i], &options);
		if (!single)
			return -errno;
		link->singles[link->count++] = single;
	}
	return error;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int open_target(struct target *target, const char *path)
{
	target->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (target->fd < 0)
		return -errno;
	snprintf(target->path, sizeof(target->path), "/proc/self/fd/%d", target->fd);
	return 0;
}

int link_functions(struct engine *engine, enum link_program program, const char *path,
		   const uint64_t *offsets, const uint64_t *cookies, size_t count,
		   struct link **ret_link)
{
	const struct bpf_program *attached = engine_program(engine, program);
	if (!count || count > UINT32_MAX)
		return -EINVAL;
	size_t singles = engine->many ? 0 : count;
	struct link *link = calloc(1, sizeof(*link) + singles * sizeof(link->singles[0]));
	if (!link)
		return -ENOMEM;
	link->fd = -1;
	struct target target = {.offsets = offsets, .cookies = cookies, .count = count};
	int error = open_target(&target, path);
	libbpf_print_fn_t before = libbpf_set_print(quiet);
	if (!error && engine->many)
		error = attach_many(link, engine, bpf_program__fd(attached), &target);
	else if (!error)
		error = attach_singles(link, engine, attached, &target);
	libbpf_set_print(before);
	if (target.fd >= 0)
		close(target.fd);
	if (error) {
		link_destroy(link);
		return error;
	}
	*ret_link = link;
	return 0;
}

void link_destroy(struct link *link)
{
	if (!link)
		return;
	for (size_t i = 0; i < link->count; i++)
		bpf_link__destroy(link->singles[i]);
	if (link->fd >= 0)
		close(link->fd);
	free(link);
}

struct closing {
	struct link *const *links;
	size_t count, next;
};

static void *close_some(void *context)
{
	struct closing *closing = context;
	for (size_t i;
	     (i = __atomic_fetch_add(&closing->next, 1, __ATOMIC_RELAXED)) < closing->count;)
		link_destroy(closing->links[i]);
	return NULL;
}

/* The kernel waits at each until nobody is in a program of it: they are waited for together. */
void links_destroy(struct link *const *links, size_t count)
{
	struct closing closing = {.links = links, .count = count};
	pthread_t threads[CLOSING_MAX];
	size_t begun = 0;
	while (begun < CLOSING_MAX && begun + 1 < count &&
	       !pthread_create(&threads[begun], NULL, close_some, &closing))
		begun++;
	close_some(&closing);
	while (begun)
		pthread_join(threads[--begun], NULL);
}

bool links_are_cheap(const struct engine *engine)
{
	return engine->many;
}
