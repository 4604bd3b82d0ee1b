/* SPDX-License-Identifier: Apache-2.0 */
/* What limits leave, and what is taken of it. */
#include "room.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <probes/probes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MIB (1ull << 20)

static char root[] = "/tmp/rtctrack-unit-XXXXXX";

static void make_root(void)
{
	cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(room, .init = make_root, .fini = remove_root);

static void put(const char *folder, const char *name, const char *text)
{
	char command[512];
	snprintf(command, sizeof(command), "mkdir -p '%s%s' && printf '%s' >'%s%s/%s'", root,
		 folder, text, root, folder, name);
	cr_assert_eq(system(command), 0);
}

Test(room, the_nearest_limit_above_counts_without_what_is_in_use)
{
	put("/proc/self", "cgroup", "0::/a/b\n");
	put("/sys/fs/cgroup/a/b", "memory.max", "max\n");
	put("/sys/fs/cgroup/a", "memory.max", "268435456\n");
	put("/sys/fs/cgroup/a", "memory.stat", "file 4096000\nanon 67108864\n");
	put("/sys/fs/cgroup", "memory.max", "1073741824\n");
	cr_expect_eq(room_left(root), 192 * MIB);
}

Test(room, the_older_hierarchy_has_other_names)
{
	put("/proc/self", "cgroup", "4:cpu,memory:/a\n1:cpu:/x\n0::/\n");
	put("/sys/fs/cgroup/memory/a", "memory.limit_in_bytes", "67108864\n");
	put("/sys/fs/cgroup/memory/a", "memory.stat", "rss 5\ntotal_rss 1048576\n");
	put("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "9223372036854771712\n");
	cr_expect_eq(room_left(root), 63 * MIB);
}

Test(room, a_group_that_a_namespace_hides_is_passed_over)
{
	put("/proc/self", "cgroup", "0::/../hidden\n");
	put("/sys/fs/cgroup", "memory.max", "134217728\n");
	cr_expect_eq(room_left(root), 128 * MIB);
}

Test(room, without_files_or_limits_it_is_unlimited)
{
	cr_expect_eq(room_left(root), ROOM_UNLIMITED);
	put("/proc/self", "cgroup", "nonsense\n::\n0:\n0::/a\n");
	put("/sys/fs/cgroup/a", "memory.max", "12x\n");
	cr_expect_eq(room_left(root), ROOM_UNLIMITED);
}

Test(room, more_in_use_than_the_limit_leaves_nothing)
{
	put("/proc/self", "cgroup", "0::/\n");
	put("/sys/fs/cgroup", "memory.max", "4096\n");
	put("/sys/fs/cgroup", "memory.stat", "anon 8192\n");
	cr_expect_eq(room_left(root), 0);
}

Test(room, a_small_limit_gets_a_small_ring_and_small_tables)
{
	struct room room;
	cr_assert_eq(room_fit(ROOM_UNLIMITED, PROBES_RING_BYTES_DEFAULT, &room), 0);
	cr_expect_eq(room.ring_bytes, PROBES_RING_BYTES_DEFAULT);
	cr_expect_eq(room.shift, 0);
	cr_assert_eq(room_fit(128 * MIB, PROBES_RING_BYTES_DEFAULT, &room), 0);
	cr_expect_eq(room.ring_bytes, 8 * MIB);
	cr_expect_eq(room.shift, 2);
	cr_assert_eq(room_fit(64 * MIB, MIB, &room), 0);
	cr_expect_eq(room.ring_bytes, MIB, "what was wanted fits");
	cr_expect_eq(room.shift, 3);
	cr_expect_eq(room_fit(20 * MIB, MIB, &room), -ENOMEM);
}

Test(room, who_asks_for_more_than_the_default_may_have_more)
{
	struct room room;
	cr_assert_eq(room_fit(1024 * MIB, 512 * MIB, &room), 0);
	cr_expect_eq(room.ring_bytes, 256 * MIB);
}
