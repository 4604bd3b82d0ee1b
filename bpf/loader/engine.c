/* SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "engine_inside.h"
#include "kernel.h"
#include "ring.h"
#include "room.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes.skel.h"

#define RING_BYTES_MIN (64u << 10)
#define RING_BYTES_MAX (1u << 31)
#define REASON_BYTES 256

/* Set by what fails, which may be libbpf: it tells by a callback without a context. */
static char create_error[1024];
static char reason[REASON_BYTES];

const char *engine_create_error(void)
{
	return create_error;
}

/* The first complaint says what was wrong; those that follow, what came of it. */
static int keep_reason(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !*reason)
		vsnprintf(reason, sizeof(reason), format, args);
	return 0;
}

static int fail(int error, const char *what)
{
	snprintf(create_error, sizeof(create_error), "%s: %s%s%s", what, strerror(-error),
		 *reason ? ": " : "", reason);
	create_error[strcspn(create_error, "\n")] = '\0';
	return error;
}

static uint32_t ring_bytes(uint64_t wanted)
{
	uint32_t bytes = RING_BYTES_MIN;
	while (bytes < wanted && bytes < RING_BYTES_MAX)
		bytes <<= 1;
	return bytes;
}

/* Maps take their room when they are made, or as they fill; in any case no more than fits. */
static void shrink_tables(struct engine *engine, uint32_t shift)
{
	const struct probes_bpf *programs = engine->programs;
	struct bpf_map *const tables[] = {
		programs->maps.traced,	 programs->maps.traffic,  programs->maps.trails,
		programs->maps.calls,	 programs->maps.unopened, programs->maps.sweeps,
		programs->maps.refusals, programs->maps.misuses,  programs->maps.connections};
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		bpf_map__set_max_entries(tables[i], bpf_map__max_entries(tables[i]) >> shift);
}

/* Together with the recorded program we have what limits leave. */
static int find_room(const struct engine_options *options, struct room *ret_room)
{
	uint64_t left = room_left(""), lockable = room_lockable();
	uint64_t least = left < lockable ? left : lockable;
	int error = room_fit(least, options->ring_bytes, ret_room);
	if (error)
		snprintf(create_error, sizeof(create_error),
			 "the memory limit leaves %llu MiB, too little for probes beside the "
			 "program (%s)",
			 (unsigned long long)least >> 20,
			 left <= lockable ? "of its control group: memory.max"
					  : "that may be locked: ulimit -l");
	return error;
}

static void set_options(struct engine *engine, const struct engine_options *options,
			const struct room *room)
{
	struct probes_bpf *programs = engine->programs;
	uint32_t bytes = ring_bytes(room->ring_bytes);
	uint32_t snapshot = options->snapshot_bytes & ~4095u;
	if (snapshot < 4096)
		snapshot = 4096;
	if (snapshot > PROBE_SNAPSHOT_MAX)
		snapshot = PROBE_SNAPSHOT_MAX;
	programs->rodata->option_snapshot_bytes = snapshot;
	programs->rodata->option_frames =
		options->stack_depth < PROBE_FRAMES_MAX ? options->stack_depth : PROBE_FRAMES_MAX;
	programs->rodata->option_pid_inode = kernel_pid_namespace();
	programs->rodata->option_cgroup = options->cgroup != NULL;
	programs->rodata->option_ring_bytes = bytes;
	programs->rodata->option_wake_bytes = bytes / 8;
	bpf_map__set_max_entries(programs->maps.ring, bytes);
	shrink_tables(engine, room->shift);
}

struct bpf_program *engine_program(const struct engine *engine, enum link_program program)
{
	switch (program) {
	case LINK_ENTER:
		return engine->programs->progs.function_enter;
	case LINK_RETURN:
		return engine->programs->progs.function_return;
	case LINK_ANNOTATION:
		return engine->programs->progs.annotation;
	case LINK__COUNT:
		break;
	}
	return NULL;
}

static void fit_kernel(struct engine *engine, const struct btf *types, bool single_links)
{
	struct probes_bpf *programs = engine->programs;
	bool inet = kernel_has_tracepoint(types, "inet_sock_set_state");
	bpf_program__set_autoload(programs->progs.sock_state, inet);
	engine->many = !single_links &&
		       kernel_has_value(types, "bpf_attach_type", "BPF_TRACE_UPROBE_MULTI");
	engine->turns_nops =
		btf__find_by_name_kind(types, "arch_uprobe_optimize", BTF_KIND_FUNC) > 0;
	struct bpf_program *const functions[] = {programs->progs.function_enter,
						 programs->progs.function_return,
						 programs->progs.annotation};
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		bpf_program__set_autoattach(functions[i], false);
		if (engine->many)
			bpf_program__set_expected_attach_type(functions[i], KERNEL_UPROBE_MULTI);
	}
}

static int set_cgroup(struct engine *engine, const char *folder)
{
	uint32_t first = 0;
	if (!folder)
		return 0;
	engine->cgroup_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (engine->cgroup_fd < 0 ||
	    bpf_map_update_elem(bpf_map__fd(engine->programs->maps.cgroups), &first,
				&engine->cgroup_fd, BPF_ANY)) {
		int error = -errno;
		*reason = '\0';
		fail(error, "this is no folder of cgroup v2 that can be followed");
		return error;
	}
	return 0;
}

static int start(struct engine *engine, const struct engine_options *options)
{
	int error = probes_bpf__load(engine->programs);
	if (error)
		return fail(error, "the kernel did not take the programs");
	error = set_cgroup(engine, options->cgroup);
	if (error)
		return error;
	error = ring_create(bpf_map__fd(engine->programs->maps.ring), &engine->ring);
	if (error)
		return fail(error, "no ring between the kernel and rtctrack");
	error = probes_bpf__attach(engine->programs);
	return error ? fail(error, "the programs could not be attached") : 0;
}

int engine_create(const struct engine_options *options, struct engine **ret_engine)
{
	*reason = '\0';
	struct engine *engine = NULL;
	struct room room;
	libbpf_print_fn_t before = libbpf_set_print(keep_reason);
	struct btf *types = kernel_types_load();
	int error = kernel_check(types, create_error, sizeof(create_error));
	if (!error)
		error = find_room(options, &room);
	if (error)
		goto out;
	engine = calloc(1, sizeof(*engine));
	if (engine) {
		engine->cgroup_fd = -1;
		engine->programs = probes_bpf__open();
	}
	if (!engine || !engine->programs) {
		error = fail(-ENOMEM, "no memory for the programs");
		goto out;
	}
	set_options(engine, options, &room);
	fit_kernel(engine, types, options->single_links);
	error = start(engine, options);
out:
	libbpf_set_print(before);
	btf__free(types);
	if (error)
		engine_destroy(engine);
	else
		*ret_engine = engine;
	return error;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	ring_destroy(engine->ring);
	probes_bpf__destroy(engine->programs);
	if (engine->cgroup_fd >= 0)
		close(engine->cgroup_fd);
	free(engine);
}

void engine_detach(struct engine *engine)
{
	__atomic_store_n(&engine->programs->bss->stopped, 1, __ATOMIC_SEQ_CST);
	probes_bpf__detach(engine->programs);
}

static int traced_fd(const struct engine *engine)
{
	return bpf_map__fd(engine->programs->maps.traced);
}

static uint32_t next(uint32_t *counter)
{
	return __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

int engine_trace(struct engine *engine, uint32_t tgid, uint32_t flags, uint32_t *ret_image)
{
	struct probes_bpf__bss *bss = engine->programs->bss;
	const struct probe_traced traced = {
		.image = next(&bss->last_image), .epoch = next(&bss->last_epoch), .flags = flags};
	if (bpf_map_update_elem(traced_fd(engine), &tgid, &traced, BPF_NOEXIST))
		return -errno;
	*ret_image = traced.image;
	return 0;
}

int engine_untrace(struct engine *engine, uint32_t tgid)
{
	return bpf_map_delete_elem(traced_fd(engine), &tgid) ? -errno : 0;
}

int engine_traced(const struct engine *engine, uint32_t tgid, struct probe_traced *ret_traced)
{
	return bpf_map_lookup_elem(traced_fd(engine), &tgid, ret_traced) ? -errno : 0;
}

/* The kernel counts in it meanwhile: what it counts between our look and our word is lost. */
static int change(struct engine *engine, struct probe_change *change)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = change, .ctx_size_in = sizeof(*change));
	int error = bpf_prog_test_run_opts(bpf_program__fd(engine->programs->progs.change_traced),
					   &run);
	return error ? error : run.retval ? -ENOENT : 0;
}

int engine_walk(struct engine *engine, uint32_t tgid, uint32_t image, uint32_t walk)
{
	return change(engine, &(struct probe_change){.tgid = tgid,
						     .image = image,
						     .what = PROBE_CHANGE_WALK,
						     .walk = walk});
}

int engine_forget_trails(struct engine *engine, uint32_t tgid, uint32_t image)
{
	return change(engine, &(struct probe_change){
				      .tgid = tgid, .image = image, .what = PROBE_CHANGE_EPOCH});
}

int engine_row_set(struct engine *engine, uint32_t row, const struct probe_row *terms)
{
	int fd = bpf_map__fd(engine->programs->maps.rows);
	return bpf_map_update_elem(fd, &row, terms, BPF_ANY) ? -errno : 0;
}

int engine_trail_put(struct engine *engine, const struct probe_head *event,
		     const struct probe_trail *trail)
{
	if (event->stack_how != PROBE_STACK_SNAPSHOT || !trail->stack_id ||
	    trail->count > PROBE_TRAIL_WORDS || !trail->span || trail->span > PROBE_TRAIL_SPAN)
		return -EINVAL;
	const struct probe_registers *registers =
		(const void *)((const unsigned char *)event + event->stack_offset);
	const struct probe_trail_key key = {.epoch = event->epoch,
					    .ip = registers->ip,
					    .sp = registers->dwarf[7],
					    .bp = trail->takes_bp ? registers->dwarf[6]
								  : PROBE_ANY_BP};
	int fd = bpf_map__fd(engine->programs->maps.trails);
	return bpf_map_update_elem(fd, &key, trail, BPF_ANY) ? -errno : 0;
}

int engine_traffic_take(struct engine *engine, uint32_t image, uint32_t fd,
			struct track_traffic *ret_traffic)
{
	int map = bpf_map__fd(engine->programs->maps.traffic);
	const struct probe_traffic_key key = {.image = image, .fd = fd};
	memset(ret_traffic, 0, sizeof(*ret_traffic));
	if (bpf_map_lookup_elem(map, &key, ret_traffic))
		return -errno;
	bpf_map_delete_elem(map, &key);
	return 0;
}

static uint64_t missed_runs(const struct engine *engine)
{
	uint64_t missed = 0;
	struct bpf_program *program;
	bpf_object__for_each_program(program, engine->programs->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t bytes = sizeof(info);
		if (bpf_program__fd(program) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &bytes))
			missed += info.recursion_misses;
	}
	return missed;
}

struct engine_counts engine_counts(const struct engine *engine)
{
	const struct probes_bpf__bss *bss = engine->programs->bss;
	struct engine_counts counts = {
		.lost = __atomic_load_n(&bss->count_lost, __ATOMIC_RELAXED) + missed_runs(engine),
		.tables = __atomic_load_n(&bss->count_tables, __ATOMIC_RELAXED),
		.wakes = __atomic_load_n(&bss->count_wakes, __ATOMIC_RELAXED)};
	return counts;
}

int engine_drain(struct engine *engine, ring_handler *handler, void *context,
		 uint64_t *ret_settled_ns)
{
	__atomic_store_n(&engine->programs->bss->woken, 0, __ATOMIC_SEQ_CST);
	return ring_drain(engine->ring, handler, context, ret_settled_ns);
}

int engine_fd(const struct engine *engine)
{
	return bpf_map__fd(engine->programs->maps.ring);
}
