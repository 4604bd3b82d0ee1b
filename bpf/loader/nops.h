/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Since 6.18 the kernel turns a probe on a 5-byte nop into a call of a page that it maps nearby, at
 * the first hit. A fork copies the call, and not the page: the child jumps into nothing and dies.
 * A probe for which no page could be found once is left alone from then on, in all processes. So a
 * child of ours hits each such probe first, where there is no room near it. The file may be
 * anyone's: the child has no rights and no system calls then, and of the file only these nops.
 */
#ifndef PROBES_NOPS_H
#define PROBES_NOPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct nops;

/*
 * Which of these places of the file are such nops: 0 and NULL: none. Else a child waits to hit
 * them, once the caller has attached to it (nops_pid), and to it alone. The file stays the
 * caller's. -E2BIG: more than one child can take.
 */
int nops_create(int file, const uint64_t *offsets, size_t count, struct nops **ret_nops);

pid_t nops_pid(const struct nops *nops);
const uint64_t *nops_offsets(const struct nops *nops, size_t *ret_count);

/* Have them hit. Whatever comes of it, the child is over. -errno: they must not be probed. */
int nops_hit(struct nops *nops);

/* NULL is taken. */
void nops_destroy(struct nops *nops);

#endif
