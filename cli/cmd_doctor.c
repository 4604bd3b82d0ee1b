/* SPDX-License-Identifier: Apache-2.0 */
#include <base/text.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <probes/probes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "child.h"
#include "options.h"
#include "pack_choice.h"
#include "packs.h"
#include "road.h"
#include "run_folder.h"
#include "shim.h"
#include "tiny_program.h"

#define PROBE "/bin/true"
#define PROBE_TIMEOUT_NS 10000000000ull
#define PROBE_CAP_BYTES (1ull << 20)
#define SPACE_WANTED_BYTES (1ull << 30)
#define CHECKS_MAX 16

enum health { HEALTH_OK, HEALTH_MISSING, HEALTH_NOTE };

static void tell(enum health health, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(enum health health, const char *format, ...)
{
	static const char *const words[] = {
		[HEALTH_OK] = "ok", [HEALTH_MISSING] = "missing", [HEALTH_NOTE] = "note"};
	char raw[2 * PATH_MAX], clean[2 * PATH_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_clean(raw, strlen(raw), clean, sizeof(clean));
	printf("%-8s %s\n", words[health], clean);
}

static void check_kernel(void)
{
	struct utsname name;

	if (uname(&name) == 0)
		tell(HEALTH_OK, "kernel %s on %s", name.release, name.machine);
}

static bool check_shim(char ret_path[PATH_MAX])
{
	int r = shim_find(ret_path);

	if (r == 0)
		tell(HEALTH_OK, "shim %s", ret_path);
	else if (r == -EINVAL)
		tell(HEALTH_MISSING, "shim: '%s' holds a space or a colon; move it", ret_path);
	else
		tell(HEALTH_MISSING, "shim: '%s': %s; install rtctrack whole, or set RTCTRACK_SHIM",
		     ret_path, strerror(-r));
	return r == 0;
}

/* Whether programs of these libraries will be followed. */
static void check_packs(const char *shim)
{
	char folder[PATH_MAX];
	struct packs packs;
	size_t there = 0;

	if (pack_choice_folder(shim, folder) < 0 || packs_load(&packs) < 0) {
		tell(HEALTH_NOTE, "no probe packs beside the shim: of what programs do with their"
				  " libraries nothing is seen; install rtctrack whole");
		return;
	}
	for (size_t i = 0; i < packs.count; i++)
		there += pack_choice_has(folder, packs.items[i]->name.text);
	tell(there == packs.count ? HEALTH_OK : HEALTH_NOTE, "%zu of %zu probe packs in %s", there,
	     packs.count, folder);
	packs_free(&packs);
}

static void check_unwinder(void)
{
	void *library = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);

	if (library) {
		tell(HEALTH_OK, "unwinder libunwind.so.8");
		dlclose(library);
		return;
	}
	tell(HEALTH_NOTE, "libunwind.so.8 cannot be loaded: findings come without call stacks;"
			  " install libunwind8");
}

static void check_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		tell(HEALTH_OK, "no limit on the size of files");
	else
		tell(HEALTH_NOTE,
		     "files are limited to %llu bytes (ulimit -f): a longer spool or"
		     " trace is cut",
		     (unsigned long long)limit.rlim_cur);
}

static bool check_folder(const char *chosen, char ret_base[PATH_MAX])
{
	struct statvfs space;
	struct statfs system;
	unsigned long long free_bytes;
	int r = run_folder_base(chosen, true, ret_base);

	if (r < 0) {
		tell(HEALTH_MISSING, "spool folder '%s': %s; choose another with --spool-dir",
		     ret_base,
		     r == -EPERM	 ? "it is open to others"
		     : r == -EMEDIUMTYPE ? "its file system could kill the program"
					 : strerror(-r));
		return false;
	}
	if (statvfs(ret_base, &space) < 0 || statfs(ret_base, &system) < 0)
		return true;
	free_bytes = (unsigned long long)space.f_bavail * space.f_frsize;
	tell(free_bytes < SPACE_WANTED_BYTES ? HEALTH_NOTE : HEALTH_OK,
	     "spool folder %s, %.1f GiB free, %s", ret_base, (double)free_bytes / (1 << 30),
	     system.f_type == TMPFS_MAGIC ? "in memory (tmpfs)" : "on disk");
	return true;
}

static int wait_for(struct child *child)
{
	int r;

	do
		r = child_step(child, 100);
	while (r == 0);
	child_finish(child);
	return r;
}

/* A whole recording of a program that does nothing. 1: it left a spool. */
static int record_by_shim(struct run_folder *folder, const char *shim, bool *ret_stacks)
{
	char *argv[] = {(char *)PROBE, NULL};
	struct shim_environment environment = {
		.shim_path = shim,
		.first = "",
		.packs = "",
		.packs_later = "",
		.spool_dir = folder->path,
		.cap_bytes = PROBE_CAP_BYTES,
		.stack_depth = 16,
	};
	struct child child;
	int r = child_prepare(argv, &environment, PROBE_TIMEOUT_NS, &child);

	if (r == 0)
		r = child_release(&child);
	if (r == 0)
		r = wait_for(&child);
	return r < 0 ? r : road_saw(folder->path, ret_stacks);
}

static int run_followed(struct probes *probes, struct child *child)
{
	int r = probes_follow(probes, (int32_t)child->pid);

	if (r < 0) {
		child_cancel(child);
		return r;
	}
	r = child_release(child);
	return r == 0 ? wait_for(child) : r;
}

/* The same of a program into which nothing can be preloaded. */
static int record_by_probes(const struct run_folder *folder)
{
	struct probes_options wanted = {.folder = folder->path, .cap_bytes = PROBE_CAP_BYTES};
	struct probes *probes = NULL;
	char path[64];
	char *argv[] = {path, NULL};
	struct child child;
	bool stacks;
	int r, fd = tiny_program_open();

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fd);
	r = probes_create(&wanted, &probes);
	if (r == 0)
		r = child_prepare(argv, NULL, PROBE_TIMEOUT_NS, &child);
	if (r == 0)
		r = run_followed(probes, &child);
	if (r >= 0)
		r = probes_finish(probes);
	if (r == 0)
		r = road_saw(folder->path, &stacks);
	probes_destroy(probes);
	close(fd);
	return r;
}

static bool check_recording(const char *base, const char *shim)
{
	struct run_folder folder;
	bool stacks = false;
	int r = run_folder_create(base, &folder);

	if (r == 0) {
		r = record_by_shim(&folder, shim, &stacks);
		run_folder_remove(&folder);
	}
	if (r < 0)
		tell(HEALTH_MISSING, "recording " PROBE ": %s", strerror(-r));
	else if (r == 0)
		tell(HEALTH_MISSING, "recording " PROBE ": it left no spool; the shim cannot be"
				     " preloaded here");
	else
		tell(HEALTH_OK, "recording " PROBE " works, %s call stacks",
		     stacks ? "with" : "without");
	return r > 0;
}

static bool check_probes(void)
{
	struct probes_check checks[CHECKS_MAX];
	size_t count = probes_checks(checks, CHECKS_MAX);
	bool all = true;

	for (size_t i = 0; i < count && i < CHECKS_MAX; i++) {
		tell(checks[i].ok ? HEALTH_OK : HEALTH_NOTE, "probes: %s: %s", checks[i].what,
		     checks[i].text);
		all &= checks[i].ok;
	}
	return all;
}

/* The preloaded library does without them, and most programs too. */
static void check_recording_by_probes(const char *base)
{
	struct run_folder folder;
	int r = run_folder_create(base, &folder);

	if (r == 0) {
		r = record_by_probes(&folder);
		run_folder_remove(&folder);
	}
	if (r > 0)
		tell(HEALTH_OK, "probes: recording a static program works");
	else if (r == 0)
		tell(HEALTH_NOTE, "probes: recording a static program: nothing of it was seen");
	else
		tell(HEALTH_NOTE, "probes: recording a static program: %s", strerror(-r));
}

int cmd_doctor(const struct options *options)
{
	char shim[PATH_MAX], base[PATH_MAX];
	bool works, folder;

	check_kernel();
	works = check_shim(shim);
	if (works)
		check_packs(shim);
	check_unwinder();
	check_limit();
	folder = check_folder(options->spool_dir, base);
	works = works && folder && check_recording(base, shim);
	if (check_probes() && folder)
		check_recording_by_probes(base);
	printf("%s\n", works ? "recording works here" : "recording does not work here");
	return works ? EXIT_CLEAN : EXIT_FINDINGS;
}
