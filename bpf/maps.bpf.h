/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs share with the loader: options, counters, tables. */
#ifndef MAPS_BPF_H
#define MAPS_BPF_H

/* Options, set before loading; to the verifier they are constants. */
const volatile uint32_t option_snapshot_bytes = 8192;
const volatile uint32_t option_frames = 64; /* 0: no stacks */
const volatile uint32_t option_cgroup = 0;  /* is there one to be followed */
const volatile uint64_t option_ring_bytes = 64 << 20;
const volatile uint64_t option_wake_bytes = 8 << 20; /* in the ring: the loader is woken */

/* Counters. woken: until the loader looks again. */
uint64_t count_lost = 0;
uint64_t count_tables = 0;
uint64_t count_wakes = 0;
uint32_t last_image = 0;
uint32_t last_epoch = 0;
uint32_t woken = 0;
/* Set once, for all programs at the same time: they are detached one after the other. */
uint32_t stopped = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 20);
} ring SEC(".maps");

#define HASH(name, kind, map_flag_bits, entries, key_type, value_type)                             \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_##kind);                                                 \
		__uint(max_entries, entries);                                                      \
		__uint(map_flags, map_flag_bits);                                                  \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

HASH(traced, HASH, BPF_F_NO_PREALLOC, 65536, uint32_t, struct probe_traced);
HASH(traffic, HASH, BPF_F_NO_PREALLOC, 1 << 20, struct probe_traffic_key, struct track_traffic);
HASH(trails, LRU_HASH, 0, 16384, struct probe_trail_key, struct probe_trail);
HASH(rows, ARRAY, 0, PROBE_ROWS_MAX, uint32_t, struct probe_row);

/* By thread, as the kernel numbers them: the number that a close found not open. */
HASH(unopened, LRU_HASH, 0, 4096, uint32_t, int32_t);

/* By thread: closes of what is not open, in a row over numbers. */
struct sweep {
	int32_t fd;
	uint32_t length;
};
HASH(sweeps, LRU_HASH, 0, 4096, uint32_t, struct sweep);

/* By thread: how often it was refused a descriptor. */
HASH(refusals, LRU_HASH, 0, 4096, uint32_t, uint32_t);

/* A bit per call by which a closed number was used. */
HASH(misuses, LRU_HASH, 0, 4096, struct probe_traffic_key, uint32_t);

/* Sockets of which a connection is on its way. */
struct connecting {
	uint32_t tgid;
	uint32_t tid;
	uint32_t image;
	int32_t fd;
};
HASH(connections, LRU_HASH, 0, 4096, uint64_t, struct connecting);

/* Entries of functions whose return is told, by thread, row, and where the return address is. */
struct call_key {
	uint32_t tid;
	uint32_t row;
	uint64_t sp;
};

struct call {
	uint64_t entry_ns;
	uint64_t caller;
	uint64_t args[PROBE_ARGS_MAX];
	uint64_t values[PROBE_TERMS_MAX];
	uint32_t failed;
	uint32_t image;
};
HASH(calls, LRU_HASH, 0, 16384, struct call_key, struct call);

/* Literals that the loader was told: a mix of image, epoch and address, where a part of it says. */
#define TEXT_BITS 14
HASH(texts, ARRAY, 0, 1 << TEXT_BITS, uint32_t, uint64_t);

/*
 * Room of a processor's own. Tracepoints' programs are not preempted, and take the first; those of
 * functions may be, and take one that is not busy.
 */
enum { SCRATCH_TRACEPOINT, SCRATCH_FUNCTION, SCRATCH__COUNT = 4 };

struct scratch {
	uint64_t busy;
	uint8_t bytes[PROBE_TRAIL_SPAN];
};
HASH(scratches, PERCPU_ARRAY, 0, SCRATCH__COUNT, uint32_t, struct scratch);

/* Descriptors in the messages of the call that the processor is at. */
HASH(received_of_call, PERCPU_ARRAY, 0, 1, uint32_t, uint32_t);

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, sizeof(uint32_t));
} cgroups SEC(".maps");

#endif
