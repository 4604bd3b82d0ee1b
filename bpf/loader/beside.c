/* SPDX-License-Identifier: Apache-2.0 */
#include "beside.h"
#include "session.h"

#include <fnmatch.h>
#include <string.h>

#define LOOKS_OFTEN 100u /* for a spool that is not there; then only once in so many settlings */

enum { ROUTE_WRAPPED = 1, ROUTE_OWN }; /* of a thread's last call */

static bool join(struct traced *traced)
{
	struct spool_file file;
	if (traced->beside != BESIDE_WAITS || traced->quiet)
		return traced->beside == BESIDE_JOINED;
	if (spool_file_join(&traced->session->run, (int32_t)traced->tgid, &file))
		return false;
	/* That of the image before its exec is another one. */
	if (file.header->start_ns < traced->start_ns && traced->origin != TRACK_ORIGIN_ATTACHED) {
		spool_file_close(&file);
		return false;
	}
	traced->spool = file;
	traced->library_ns = file.header->start_ns;
	traced->beside = BESIDE_JOINED;
	return true;
}

static const char *file_name(const struct module *module)
{
	const char *slash = strrchr(module->path, '/');
	return slash ? slash + 1 : module->path;
}

bool beside_is_wrapped(const struct traced *traced, const uint64_t *addresses, size_t count)
{
	static const char *const libc[] = {"libc.so*", "libc-2.*", "libpthread*.so*", "ld-linux*",
					   "librt*.so*"};
	for (size_t i = 0; i < count; i++) {
		const struct module *module = mapped_find(&traced->modules, addresses[i]);
		if (!module)
			return false;
		bool passed = false;
		for (size_t j = 0; j < sizeof(libc) / sizeof(*libc); j++)
			passed |= !fnmatch(libc[j], file_name(module), 0);
		if (!passed)
			return !fnmatch("libtrack*.so", file_name(module), 0);
	}
	/* A stack that shows no caller proves nothing. */
	return true;
}

/* How this call of the thread came: by its stack, or as the call that it belongs to. */
static bool is_wrapped(struct traced *traced, const struct probe_head *event)
{
	if (event->stack_how == PROBE_STACK_NONE) {
		const uint64_t *last = u64map_get(&traced->routes, event->tid);
		return !last || *last == ROUTE_WRAPPED;
	}
	uint64_t stack = traced_stack(traced, event);
	bool wrapped = !stack || traced_is_wrapped(traced, stack);
	(void)u64map_put(&traced->routes, event->tid, wrapped ? ROUTE_WRAPPED : ROUTE_OWN);
	return wrapped;
}

bool beside_mutes(struct traced *traced, const struct probe_head *event)
{
	if (!join(traced) || event->time_ns < traced->library_ns)
		return true;
	switch ((enum probe_type)event->type) {
	case PROBE_OPEN:
	case PROBE_PATH:
	case PROBE_NAMES:
	case PROBE_CLOSE:
	case PROBE_CLOSE_RANGE:
	case PROBE_UNDO:
	case PROBE_FAIL:
		traced->muted = false;
		return is_wrapped(traced, event);
	case PROBE_ENTER:
	case PROBE_RETURN:
		return false; /* of functions that no wrapper can replace */
	case PROBE_THREAD_END:
		u64map_remove(&traced->routes, event->tid);
		return true;
	case PROBE_ANNOTATION:
	case PROBE_FORK:
	case PROBE_EXEC:
	case PROBE_EXITING:
	case PROBE_END:
	case PROBE_RENAME:
	case PROBE_MAP:
	case PROBE_BITS_OPEN:
	case PROBE_HELD:
	case PROBE_NONE:
	case PROBE__COUNT:
		break;
	}
	return true;
}

bool beside_has_looked(const struct traced *traced)
{
	const struct track_spool *header = traced->spool.header;
	return !header || __atomic_load_n(&header->state, __ATOMIC_ACQUIRE) != TRACK_STATE_RUNNING;
}

void beside_settle(struct session *session, uint64_t settled_ns)
{
	size_t cursor = 0;
	uint64_t image, value;
	while (u64map_next(&session->images, &cursor, &image, &value)) {
		struct traced *traced = (struct traced *)(uintptr_t)value;
		if (traced->beside == BESIDE_NOT)
			continue;
		if (traced->beside == BESIDE_JOINED || ++traced->looks < LOOKS_OFTEN ||
		    traced->looks % LOOKS_OFTEN == 0)
			(void)join(traced);
		spool_file_settle(&traced->spool, settled_ns);
	}
}

void beside_end(struct traced *traced)
{
	(void)join(traced);
	spool_file_settle(&traced->spool, UINT64_MAX);
	spool_file_close(&traced->spool);
}
