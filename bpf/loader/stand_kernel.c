/* SPDX-License-Identifier: Apache-2.0 */
#include "stand_kernel.h"
#include "kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stand.skel.h"

struct stand_kernel {
	struct stand_bpf *programs;
};

static int be_silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static int load(struct stand_bpf **ret_programs)
{
	struct stand_bpf *programs = stand_bpf__open();
	if (!programs)
		return -ENOMEM;
	programs->rodata->option_pid_inode = kernel_pid_namespace();
	int error = stand_bpf__load(programs);
	if (error)
		stand_bpf__destroy(programs);
	else
		*ret_programs = programs;
	return error;
}

int stand_kernel_create(struct stand_kernel **ret_kernel, char *ret_sentence, size_t bytes)
{
	struct stand_kernel *kernel = calloc(1, sizeof(*kernel));
	struct btf *types = kernel_types_load();
	libbpf_print_fn_t before = libbpf_set_print(be_silent);
	int error = kernel ? kernel_check_look(types, ret_sentence, bytes) : -ENOMEM;
	if (!error) {
		error = load(&kernel->programs);
		if (error)
			snprintf(ret_sentence, bytes, "the kernel did not take the program: %s",
				 strerror(-error));
	}
	libbpf_set_print(before);
	btf__free(types);
	if (error)
		free(kernel);
	else
		*ret_kernel = kernel;
	return error;
}

void stand_kernel_destroy(struct stand_kernel *kernel)
{
	if (!kernel)
		return;
	stand_bpf__destroy(kernel->programs);
	free(kernel);
}

/* Only the threads of this process are walked, where the kernel (6.1) can be asked for that. */
static struct bpf_link *attach(const struct stand_kernel *kernel, uint32_t tgid)
{
	union bpf_iter_link_info info = {.task.pid = tgid};
	LIBBPF_OPTS(bpf_iter_attach_opts, options, .link_info = &info,
		    .link_info_len = sizeof(info));
	struct bpf_program *program = kernel->programs->progs.look_at_task;
	struct bpf_link *link = bpf_program__attach_iter(program, &options);
	if (link || errno == ESRCH)
		return link;
	return bpf_program__attach_iter(program, NULL);
}

/* The kernel hands out whole ones. */
static int read_all(int fd, struct probe_stand **ret_stands, size_t *ret_count)
{
	struct probe_stand *stands = NULL;
	size_t room = 0, used = 0;
	for (;;) {
		if (room - used < sizeof(*stands)) {
			room = room ? 2 * room : 16 * sizeof(*stands);
			struct probe_stand *larger = realloc(stands, room);
			if (!larger) {
				free(stands);
				return -ENOMEM;
			}
			stands = larger;
		}
		ssize_t bytes = read(fd, (char *)stands + used, room - used);
		if (bytes < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (bytes <= 0 || used / sizeof(*stands) >= STANDS_MAX)
			break;
		used += (size_t)bytes;
	}
	size_t count = used / sizeof(*stands);
	*ret_stands = stands;
	*ret_count = count < STANDS_MAX ? count : STANDS_MAX;
	return 0;
}

int stand_kernel_look(struct stand_kernel *kernel, uint32_t tgid, struct probe_stand **ret_stands,
		      size_t *ret_count)
{
	libbpf_print_fn_t before = libbpf_set_print(be_silent);
	kernel->programs->bss->wanted = tgid;
	struct bpf_link *link = attach(kernel, tgid);
	int error = link ? 0 : -errno;
	libbpf_set_print(before);
	if (error)
		return error;
	int fd = bpf_iter_create(bpf_link__fd(link));
	error = fd < 0 ? -errno : read_all(fd, ret_stands, ret_count);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return error;
}
