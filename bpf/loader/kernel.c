/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <probes/probes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FIRST_PID_NAMESPACE 4026531836u
#define TYPES_FILE "/sys/kernel/btf/vmlinux"
#define UPROBES_FILE "/sys/bus/event_source/devices/uprobe/type"

enum {
	CAPABILITY_DAC_READ_SEARCH = 2,
	CAPABILITY_SYS_PTRACE = 19,
	CAPABILITY_SYS_ADMIN = 21,
	CAPABILITY_PERFMON = 38,
	CAPABILITY_BPF = 39
};

struct btf *kernel_types_load(void)
{
	return btf__load_vmlinux_btf();
}

bool kernel_has_tracepoint(const struct btf *types, const char *name)
{
	char type[128];
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF) > 0;
}

bool kernel_has_value(const struct btf *types, const char *enumeration, const char *value)
{
	int id = btf__find_by_name_kind(types, enumeration, BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(types, (unsigned)id) : NULL;
	if (!type)
		return false;
	const struct btf_enum *values = btf_enum(type);
	for (unsigned i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(types, values[i].name_off);
		if (name && !strcmp(name, value))
			return true;
	}
	return false;
}

uint32_t kernel_pid_namespace(void)
{
	struct stat st;
	if (stat("/proc/self/ns/pid", &st) || st.st_ino == FIRST_PID_NAMESPACE)
		return 0;
	return (uint32_t)st.st_ino;
}

static uint64_t capabilities(void)
{
	char line[256];
	unsigned long long bits = 0;
	FILE *status = fopen("/proc/self/status", "re");
	if (!status)
		return 0;
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, "CapEff:", 7))
			bits = strtoull(line + 7, NULL, 16);
	fclose(status);
	return bits;
}

/* CAP_BPF with CAP_PERFMON, or CAP_SYS_ADMIN. */
static bool lets_us(void)
{
	uint64_t ours = capabilities();
	bool admin = ours >> CAPABILITY_SYS_ADMIN & 1;
	return admin || ((ours >> CAPABILITY_BPF & 1) && (ours >> CAPABILITY_PERFMON & 1));
}

/* What /proc tells of processes of other users, or of those with more privilege than we have. */
static bool sees_others(void)
{
	uint64_t ours = capabilities();
	return (ours >> CAPABILITY_SYS_PTRACE & 1) && (ours >> CAPABILITY_DAC_READ_SEARCH & 1);
}

static void say_kernel(char *text, size_t bytes, const char *sentence)
{
	struct utsname name;
	snprintf(text, bytes, "%s; this is Linux %s", sentence, uname(&name) ? "?" : name.release);
}

static bool check_privilege(const struct btf *types, char *text, size_t bytes)
{
	(void)types;
	bool may = lets_us();
	snprintf(text, bytes, "%s",
		 may && sees_others() ? "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN"
		 : may ? "CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN; processes of other users also "
			 "need CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"
		       : "neither CAP_BPF and CAP_PERFMON nor CAP_SYS_ADMIN: run rtctrack as root "
			 "(sudo), or give it these capabilities (setcap cap_bpf,cap_perfmon+ep)");
	return may;
}

static bool check_types(const struct btf *types, char *text, size_t bytes)
{
	if (types)
		snprintf(text, bytes, "the kernel tells its types in " TYPES_FILE);
	else
		say_kernel(text, bytes,
			   "the kernel does not tell its types (" TYPES_FILE "): it needs to be "
			   "built with CONFIG_DEBUG_INFO_BTF, as distributions do since 2020");
	return types;
}

static bool check_ring(const struct btf *types, char *text, size_t bytes)
{
	bool has = types && kernel_has_value(types, "bpf_map_type", "BPF_MAP_TYPE_RINGBUF");
	if (has)
		snprintf(text, bytes, "the kernel has a ring buffer for programs");
	else
		say_kernel(text, bytes, "no ring buffer for programs: Linux 5.8 or later has it");
	return has;
}

static bool check_tracepoints(const struct btf *types, char *text, size_t bytes)
{
	static const char *const names[] = {"sys_enter",	  "sys_exit",
					    "sched_process_fork", "sched_process_exec",
					    "sched_process_exit", "task_rename"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (types && kernel_has_tracepoint(types, names[i]))
			continue;
		snprintf(text, bytes,
			 "the kernel has no tracepoint %s that programs can attach to: it needs "
			 "CONFIG_FTRACE_SYSCALLS and CONFIG_BPF_EVENTS",
			 names[i]);
		return false;
	}
	bool new_enough = kernel_has_value(types, "bpf_func_id", "BPF_FUNC_task_pt_regs");
	if (new_enough)
		snprintf(text, bytes, "tracepoints of system calls and processes");
	else
		say_kernel(text, bytes, "the programs need Linux 5.15 or later");
	return new_enough;
}

static bool check_functions(const struct btf *types, char *text, size_t bytes)
{
	(void)types;
	bool has = !access(UPROBES_FILE, R_OK);
	snprintf(text, bytes, "%s",
		 has ? "functions of programs can be probed"
		     : "functions cannot be probed, so packs and annotations are not seen: the "
		       "kernel lacks CONFIG_UPROBE_EVENTS, or /sys is not mounted");
	return has;
}

static bool check_many(const struct btf *types, char *text, size_t bytes)
{
	bool has = types && kernel_has_value(types, "bpf_attach_type", "BPF_TRACE_UPROBE_MULTI");
	if (has)
		snprintf(text, bytes, "one link holds many functions");
	else
		say_kernel(text, bytes,
			   "each function needs a link of its own, which takes a tenth of a second "
			   "each to take back: Linux 6.6 or later does it at once");
	return has;
}

static bool check_look(const struct btf *types, char *text, size_t bytes)
{
	bool has = types && btf__find_by_name_kind(types, "bpf_iter_task", BTF_KIND_FUNC) > 0 &&
		   kernel_has_value(types, "bpf_func_id", "BPF_FUNC_task_pt_regs");
	if (has)
		snprintf(text, bytes, "where threads stand can be looked at");
	else
		say_kernel(text, bytes,
			   "where threads stand cannot be looked at, so what hangs is not "
			   "explained: Linux 5.15 or later tells it to programs");
	return has;
}

enum need { NEED_NEVER, NEED_LOOK, NEED_ALL, NEED_BOTH };

/* In the order in which one needs the one before. */
static const struct {
	const char *what;
	bool (*check)(const struct btf *types, char *text, size_t bytes);
	enum need need;
} rows[] = {
	{"privilege", check_privilege, NEED_BOTH},
	{"kernel types", check_types, NEED_BOTH},
	{"ring buffer", check_ring, NEED_ALL},
	{"tracepoints", check_tracepoints, NEED_ALL},
	{"function probes", check_functions, NEED_NEVER},
	{"many at once", check_many, NEED_NEVER},
	{"threads' places", check_look, NEED_LOOK},
};

#define ROWS (sizeof(rows) / sizeof(*rows))

size_t probes_checks(struct probes_check *checks, size_t max)
{
	struct btf *types = kernel_types_load();
	for (size_t i = 0; i < ROWS && i < max; i++) {
		checks[i].what = rows[i].what;
		checks[i].ok = rows[i].check(types, checks[i].text, sizeof(checks[i].text));
	}
	btf__free(types);
	return ROWS;
}

static int check(const struct btf *types, enum need need, char *sentence, size_t bytes)
{
	int error = 0;
	for (size_t i = 0; i < ROWS && !error; i++)
		if (rows[i].need & need && !rows[i].check(types, sentence, bytes))
			error = rows[i].check == check_privilege ? -EPERM : -EOPNOTSUPP;
	return error;
}

int kernel_check(const struct btf *types, char *sentence, size_t bytes)
{
	return check(types, NEED_ALL, sentence, bytes);
}

int kernel_check_look(const struct btf *types, char *sentence, size_t bytes)
{
	return check(types, NEED_LOOK, sentence, bytes);
}
