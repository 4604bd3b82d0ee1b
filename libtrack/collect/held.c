/* SPDX-License-Identifier: Apache-2.0 */
#include "held.h"
#include "process.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void held_take(struct process *process)
{
	const struct track_spool *map = process->spool.map;
	struct collect_process *info = &process->info;
	uint64_t freed_ns = __atomic_load_n(&map->freed_ns, __ATOMIC_ACQUIRE);
	uint64_t held_ns = __atomic_load_n(&map->held_ns, __ATOMIC_ACQUIRE);
	process->held_since_ns = 0;
	if (held_ns < info->start_ns || held_ns > INT64_MAX)
		return;
	if (!freed_ns)
		process->held_since_ns = held_ns;
	if (freed_ns < held_ns || freed_ns > INT64_MAX || freed_ns - held_ns == info->held_ns)
		return;
	info->held_ns = freed_ns - held_ns;
	process->changed = true;
}

bool held_is_awaited(const struct process *process, struct collect_held *ret_held)
{
	const struct track_spool *map = process->spool.map;
	if (!process->held_since_ns || process->over || process->replaced || !map ||
	    !process->spool.writable || process->horizon_ns <= process->held_since_ns)
		return false;
	*ret_held = (struct collect_held){
		.index = process->info.index,
		.tid = map->held_tid,
		.since_ns = process->held_since_ns,
		.seen_ns = process->horizon_ns,
	};
	return !__atomic_load_n(&map->let_go, __ATOMIC_RELAXED);
}

void held_let_go(struct process *process)
{
	uint32_t *let_go = &process->spool.map->let_go;
	__atomic_store_n(let_go, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, let_go, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
