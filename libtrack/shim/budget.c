/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"
#include "path.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static struct track_budget *budget;

static bool is_valid(const struct track_budget *found)
{
	return !memcmp(found->magic, TRACK_BUDGET_MAGIC, sizeof(found->magic)) &&
	       found->version == TRACK_WIRE_VERSION;
}

void budget_open(const char *folder)
{
	static char path[4200]; /* there is only one thread yet */
	struct track_budget found;
	if (budget || !path_join(path, sizeof(path), folder, TRACK_BUDGET_FILE))
		return;
	long fd = sys3(SYS_open, (long)path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return;
	long size = sys3(SYS_read, fd, (long)&found, sizeof(found));
	long map = -1;
	if (size == sizeof(found) && is_valid(&found))
		map = sys6(SYS_mmap, 0, TRACK_BUDGET_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
	sys3(SYS_close, fd, 0, 0);
	if (map > 0)
		budget = (void *)map;
}

bool budget_is_beside(void)
{
	return budget && budget->beside;
}

bool budget_take(void)
{
	if (!budget)
		return true;
	uint64_t used = __atomic_load_n(&budget->segments_used, __ATOMIC_RELAXED);
	do {
		if (used >= budget->segments_cap)
			return false;
	} while (!__atomic_compare_exchange_n(&budget->segments_used, &used, used + 1, false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

void budget_return(void)
{
	if (budget)
		__atomic_fetch_sub(&budget->segments_used, 1, __ATOMIC_RELAXED);
}

void budget_count_unrecorded(void)
{
	if (budget)
		__atomic_fetch_add(&budget->unrecorded, 1, __ATOMIC_RELAXED);
}

/* By the kernel's word, which is true however the reader died, and in whatever namespace. */
static bool is_read(void)
{
	uint32_t reader = __atomic_load_n(&budget->reader, __ATOMIC_ACQUIRE);
	return reader & FUTEX_TID_MASK && !(reader & FUTEX_OWNER_DIED);
}

uint64_t budget_settle_ns(void)
{
	return budget && is_read() ? budget->settle_ns : 0;
}
