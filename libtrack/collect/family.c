/* SPDX-License-Identifier: Apache-2.0 */
#include "family.h"

#include <errno.h>

struct process *family_next(const struct family *family, struct family_cursor *cursor)
{
	uint64_t pid, first;
	if (!cursor->next && u64map_next(&family->newest, &cursor->at, &pid, &first))
		cursor->next = (struct process *)(uintptr_t)first;
	struct process *process = cursor->next;
	if (process)
		cursor->next = process->older;
	return process;
}

void family_finish(struct family *family)
{
	struct family_cursor cursor = {0};
	struct process *process;
	while ((process = family_next(family, &cursor)))
		process_destroy(process);
	u64map_finish(&family->newest);
}

static struct process *first_of(const struct family *family, int32_t pid)
{
	uint64_t *found = u64map_get(&family->newest, (uint64_t)pid);
	return found ? (struct process *)(uintptr_t)*found : NULL;
}

/* The same process, and not one that got the same pid; ticks are 0 where nobody could tell. */
static bool is_same_life(const struct process *a, const struct process *b)
{
	return a->spool.start_ticks == b->spool.start_ticks || !a->spool.start_ticks ||
	       !b->spool.start_ticks;
}

static void replace(struct process *earlier, const struct process *later)
{
	if (!earlier->replaced || later->spool.start_ns < earlier->replaced_ns)
		earlier->replaced_ns = later->spool.start_ns;
	earlier->replaced = true;
}

static void relate(struct process *added, struct process *known)
{
	if (!is_same_life(added, known))
		return;
	bool after = added->spool.start_ns >= known->spool.start_ns;
	struct process *later = after ? added : known;
	replace(after ? known : added, later);
	later->info.image++;
	later->changed = true;
}

int family_add(struct family *family, struct process *process)
{
	struct process *first = first_of(family, process->spool.pid);
	for (struct process *p = first; p; p = p->older) {
		if (p->spool.device == process->spool.device &&
		    p->spool.inode == process->spool.inode)
			return -EEXIST;
	}
	int ret = u64map_put(&family->newest, (uint64_t)process->spool.pid,
			     (uint64_t)(uintptr_t)process);
	if (ret)
		return ret;
	process->older = first;
	for (struct process *p = first; p; p = p->older)
		relate(process, p);
	return 0;
}

struct process *family_last(const struct family *family, int32_t pid)
{
	struct process *last = first_of(family, pid);
	for (struct process *p = last; p; p = p->older) {
		if (p->spool.start_ns > last->spool.start_ns)
			last = p;
	}
	return last;
}

void family_forget(struct family *family, const struct process *process)
{
	/* It may go with the others. */
	const struct process life = {
		.spool = {.pid = process->spool.pid, .start_ticks = process->spool.start_ticks}};
	struct process *first = first_of(family, life.spool.pid);
	struct process *kept = NULL, **last = &kept;
	for (struct process *p = first; p; p = p->older) {
		if (is_same_life(p, &life) && !p->settled)
			return;
	}
	for (struct process *p = first, *older; p; p = older) {
		older = p->older;
		if (is_same_life(p, &life)) {
			process_destroy(p);
			continue;
		}
		*last = p;
		last = &p->older;
	}
	*last = NULL;
	if (kept)
		*u64map_get(&family->newest, (uint64_t)life.spool.pid) = (uint64_t)(uintptr_t)kept;
	else
		u64map_remove(&family->newest, (uint64_t)life.spool.pid);
}
