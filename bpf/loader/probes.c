/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "engine.h"
#include "functions.h"
#include "ring.h"
#include "session.h"
#include "stand_kernel.h"

#include <errno.h>
#include <limits.h>
#include <probes/probes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <symbol/unwind.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define HURRIED (-20) /* niceness */
/* Before a look: how far behind the events may be, and how often that is tried. */
#define LOOK_LAG_NS 5000000u
#define LOOK_DRAINS 8

struct probes {
	struct engine *engine;
	struct unwinder *unwinder;
	struct functions *functions;
	struct session *session;
	bool looks_only;
	struct stand_kernel *stands; /* NULL: nobody looked so far, or cannot */
	uint32_t last_image;	     /* of those that are only looked at */
	struct engine_counts counts; /* as they are told already */
	bool finished;
	bool asked;   /* for more of the processors */
	bool hurries; /* and got it */
	int niceness; /* before */
	char error[512];
};

static char create_error[512];

const char *probes_error(const struct probes *probes)
{
	return probes ? probes->error : create_error;
}

static __attribute__((format(printf, 2, 3))) void complain(struct probes *probes,
							   const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(probes->error, sizeof(probes->error), format, list);
	va_end(list);
}

/* The session's ways to the kernel's side. */
static int trace(void *context, uint32_t tgid, uint32_t *ret_image)
{
	return engine_trace(context, tgid, 0, ret_image);
}

static int untrace(void *context, uint32_t tgid)
{
	return engine_untrace(context, tgid);
}

static int traced_now(void *context, uint32_t tgid, struct probe_traced *ret_traced)
{
	return engine_traced(context, tgid, ret_traced);
}

static int walk(void *context, uint32_t tgid, uint32_t image, uint32_t how)
{
	return engine_walk(context, tgid, image, how);
}

static int forget_trails(void *context, uint32_t tgid, uint32_t image)
{
	return engine_forget_trails(context, tgid, image);
}

static int put_trail(void *context, const struct probe_head *event, const struct probe_trail *trail)
{
	return engine_trail_put(context, event, trail);
}

static int take_traffic(void *context, uint32_t image, uint32_t fd,
			struct track_traffic *ret_traffic)
{
	return engine_traffic_take(context, image, fd, ret_traffic);
}

static int look(void *context, uint32_t tgid, struct probe_stand **ret_stands, size_t *ret_count)
{
	struct probes *probes = context;
	return stand_kernel_look(probes->stands, tgid, ret_stands, ret_count);
}

/* Where nothing is attached, nobody is followed. */
static int count_image(void *context, uint32_t tgid, uint32_t *ret_image)
{
	struct probes *probes = context;
	(void)tgid;
	*ret_image = ++probes->last_image;
	return 0;
}

/* And to the probed functions. */
static int binary(void *context, struct traced *traced, const char *path, dev_t device, ino_t inode)
{
	return functions_binary(context, traced, path, device, inode);
}

static int function_event(void *context, struct traced *traced, const struct probe_head *event)
{
	return functions_event(context, traced, event);
}

static void forked(void *context, const struct traced *parent, struct traced *child)
{
	functions_forked(context, parent, child);
}

static void thread_ended(void *context, struct traced *traced, uint32_t tid, uint64_t time_ns)
{
	functions_thread_ended(context, traced, tid, time_ns);
}

static void forget(void *context, struct traced *traced)
{
	functions_forget(context, traced);
}

static int create_functions(struct probes *probes, const struct probes_options *options)
{
	const struct engine_options engine_options = {
		.ring_bytes = options->ring_bytes ? options->ring_bytes : PROBES_RING_BYTES_DEFAULT,
		.snapshot_bytes = options->snapshot_bytes ? options->snapshot_bytes
							  : PROBES_SNAPSHOT_BYTES_DEFAULT,
		.stack_depth = options->stack_depth,
		.cgroup = options->cgroup,
	};
	const struct functions_options functions_options = {
		.packs = options->packs,
		.pack_count = options->pack_count,
		.threads = !options->beside_shim,
		.patterns_only = options->beside_shim,
		.unwinder = probes->unwinder,
	};
	int ret = engine_create(&engine_options, &probes->engine);
	if (ret) {
		complain(probes, "%s", engine_create_error());
		return ret;
	}
	ret = functions_create(probes->engine, &functions_options, &probes->functions);
	if (ret)
		complain(probes, "cannot prepare the probed functions: %s", strerror(-ret));
	return ret;
}

static int create_session(struct probes *probes, const struct probes_options *options)
{
	struct session_options session_options = {
		.folder = options->folder,
		.cap_bytes = options->cap_bytes,
		.stack_depth = options->stack_depth,
		.beside_shim = options->beside_shim,
		.unwinder = options->stack_depth ? probes->unwinder : NULL,
		.kernel = {probes->engine, trace, untrace, traced_now, walk, forget_trails,
			   put_trail, take_traffic},
		.functions = {probes->functions, binary, function_event, forked, thread_ended,
			      forget},
		.stands = {probes, look},
	};
	if (options->look_only) {
		session_options.kernel = (struct session_kernel){probes, .trace = count_image};
		session_options.functions = (struct session_functions){.context = NULL};
	}
	int ret = session_create(&session_options, &probes->session);
	if (ret)
		complain(probes, "cannot prepare the spools: %s", strerror(-ret));
	return ret;
}

static int prepare_look(struct probes *probes)
{
	char why[256];
	if (probes->stands)
		return 0;
	int ret = stand_kernel_create(&probes->stands, why, sizeof(why));
	if (ret)
		complain(probes, "%s", why);
	return ret;
}

static int create_parts(struct probes *probes, const struct probes_options *options)
{
	probes->looks_only = options->look_only;
	int ret = unwinder_create(&probes->unwinder);
	if (ret)
		complain(probes, "cannot prepare stacks: %s", strerror(-ret));
	else
		ret = options->look_only ? prepare_look(probes) : create_functions(probes, options);
	return ret ? ret : create_session(probes, options);
}

int probes_create(const struct probes_options *options, struct probes **ret_probes)
{
	struct probes *probes = calloc(1, sizeof(*probes));
	create_error[0] = '\0';
	if (!probes)
		return -ENOMEM;
	int ret = create_parts(probes, options);
	if (ret) {
		memcpy(create_error, probes->error, sizeof(create_error));
		probes_destroy(probes);
		return ret;
	}
	*ret_probes = probes;
	return 0;
}

/*
 * We are one thread, and what we follow may be hundreds: with a fair share of the processors we
 * would be late, and what the ring holds is lost. Not before the program was begun, which would
 * have it too.
 */
static void hurry(struct probes *probes)
{
	errno = 0;
	probes->niceness = getpriority(PRIO_PROCESS, 0);
	probes->hurries = !errno && !setpriority(PRIO_PROCESS, 0, HURRIED);
	probes->asked = true;
}

static void hurry_no_more(struct probes *probes)
{
	if (probes->hurries)
		(void)setpriority(PRIO_PROCESS, 0, probes->niceness);
	probes->hurries = false;
}

void probes_destroy(struct probes *probes)
{
	if (!probes)
		return;
	hurry_no_more(probes);
	if (probes->engine)
		engine_detach(probes->engine);
	/* What is kept of images is given back to the functions. */
	session_destroy(probes->session);
	functions_destroy(probes->functions);
	unwinder_destroy(probes->unwinder);
	stand_kernel_destroy(probes->stands);
	engine_destroy(probes->engine);
	free(probes);
}

static int expect_file(struct probes *probes, const char *path)
{
	struct stat st;
	if (stat(path, &st))
		return 0; /* the program will say so itself */
	return functions_binary(probes->functions, NULL, path, st.st_dev, st.st_ino);
}

int probes_expect(struct probes *probes, const char *program, const char *const *libraries,
		  size_t library_count)
{
	int ret = expect_file(probes, program);
	for (size_t i = 0; !ret && i < library_count; i++)
		ret = expect_file(probes, libraries[i]);
	if (ret)
		complain(probes, "cannot attach to the functions of '%s': %s", program,
			 strerror(-ret));
	return ret;
}

int probes_follow(struct probes *probes, int32_t pid)
{
	int ret = session_follow(probes->session, (uint32_t)pid);
	if (ret)
		complain(probes, "cannot follow process %d: %s", (int)pid, strerror(-ret));
	return ret;
}

int probes_attach(struct probes *probes, int32_t pid)
{
	int ret = session_attach(probes->session, (uint32_t)pid);
	if (ret == -ESRCH)
		complain(probes, "it is gone");
	else if (ret == -EACCES || ret == -EPERM)
		complain(probes,
			 "%s: one of another user, or with more privilege, needs root, or "
			 "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH too",
			 strerror(-ret));
	else if (ret)
		complain(probes, "%s", strerror(-ret));
	return ret;
}

static int handle(void *context, const struct probe_head *event)
{
	const struct probes *probes = context;
	return session_event(probes->session, event);
}

static int count_lost(struct probes *probes)
{
	struct engine_counts now = engine_counts(probes->engine);
	uint64_t tables = now.tables - probes->counts.tables;
	if (now.lost == probes->counts.lost && !tables && !probes->session->looks_again)
		return 0;
	probes->counts = now;
	return session_count_lost(probes->session, now.lost, tables);
}

static int drain(struct probes *probes)
{
	uint64_t settled_ns = probes->session->settled_ns;
	if (probes->looks_only) {
		session_settle(probes->session, clock_now_ns());
		return 0;
	}
	int ret = engine_drain(probes->engine, handle, probes, &settled_ns);
	if (!ret)
		ret = count_lost(probes);
	if (ret) {
		complain(probes, "cannot write what happened: %s", strerror(-ret));
		return ret;
	}
	session_settle(probes->session, settled_ns);
	return 0;
}

size_t probes_functions(const struct probes *probes, struct probes_function *functions, size_t max)
{
	return probes->looks_only ? 0 : functions_list(probes->functions, functions, max);
}

size_t probes_nameless(const struct probes *probes, const char **files, size_t max)
{
	return probes->looks_only ? 0 : functions_nameless(probes->functions, files, max);
}

int probes_poll(struct probes *probes)
{
	if (!probes->asked && !probes->looks_only)
		hurry(probes);
	return probes->finished ? 0 : drain(probes);
}

int probes_fd(const struct probes *probes)
{
	return probes->looks_only ? -1 : engine_fd(probes->engine);
}

size_t probes_alive(const struct probes *probes)
{
	return probes->session->alive;
}

/* To attach to what a program begins with takes a while, in which it goes on. */
static int drain_until_now(struct probes *probes)
{
	int ret = 0;
	for (int try = 0; !ret && try < LOOK_DRAINS; try++) {
		ret = drain(probes);
		if (clock_now_ns() - probes->session->settled_ns < LOOK_LAG_NS)
			break;
	}
	return ret;
}

int probes_look(struct probes *probes)
{
	int ret = probes->finished ? 0 : drain_until_now(probes);
	if (ret || probes->finished || !probes->session->alive)
		return ret;
	ret = prepare_look(probes);
	if (ret)
		return ret;
	ret = session_look(probes->session);
	if (ret)
		complain(probes, "cannot look where threads stand: %s", strerror(-ret));
	return ret;
}

int probes_finish(struct probes *probes)
{
	if (probes->finished)
		return 0;
	if (probes->engine)
		engine_detach(probes->engine);
	int ret = drain(probes);
	/* Of whom the end was lost is known at the second look. */
	if (!ret && probes->session->looks_again)
		ret = drain(probes);
	/* Where it cannot be told, all else is. */
	if (!ret)
		(void)probes_look(probes);
	session_leave(probes->session, clock_now_ns());
	probes->finished = true;
	hurry_no_more(probes);
	return ret;
}
