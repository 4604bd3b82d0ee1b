/* SPDX-License-Identifier: Apache-2.0 */
/* What engine.c and links.c share. */
#ifndef PROBES_ENGINE_INSIDE_H
#define PROBES_ENGINE_INSIDE_H

#include "engine.h"
#include "links.h"
#include "ring.h"

struct bpf_program;
struct probes_bpf;

struct engine {
	struct probes_bpf *programs;
	struct ring *ring;
	int cgroup_fd;
	bool many;	 /* one link holds many functions */
	bool turns_nops; /* the kernel makes calls of probed nops, see nops.h */
};

struct bpf_program *engine_program(const struct engine *engine, enum link_program program);

#endif
