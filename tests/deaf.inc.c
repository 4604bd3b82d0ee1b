/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a sink that take what the collector tells and do nothing with it. */
#include <collect/collector.h>

static inline int deaf_process(void *ctx, const struct collect_process *process)
{
	(void)ctx, (void)process;
	return 0;
}

static inline int deaf_module(void *ctx, uint32_t process, const struct collect_module *module)
{
	(void)ctx, (void)process, (void)module;
	return 0;
}

static inline int deaf_unload(void *ctx, uint32_t process, uint64_t bias, uint64_t time_ns)
{
	(void)ctx, (void)process, (void)bias, (void)time_ns;
	return 0;
}

static inline int deaf_stack(void *ctx, uint32_t process, uint64_t hash, uint64_t time_ns,
			     const uint64_t *addresses, size_t depth)
{
	(void)ctx, (void)process, (void)hash, (void)time_ns, (void)addresses, (void)depth;
	return 0;
}

static inline int deaf_text(void *ctx, uint32_t process, uint64_t id, const char *text)
{
	(void)ctx, (void)process, (void)id, (void)text;
	return 0;
}

static inline int deaf_standings(void *ctx, uint32_t process,
				 const struct collect_standings *standings)
{
	(void)ctx, (void)process, (void)standings;
	return 0;
}

static inline int deaf_mark(void *ctx, int32_t pid, uint64_t time_ns, const char *text)
{
	(void)ctx, (void)pid, (void)time_ns, (void)text;
	return 0;
}

static inline int deaf_flush(void *ctx)
{
	(void)ctx;
	return 0;
}
