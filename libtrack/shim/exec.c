/* SPDX-License-Identifier: Apache-2.0 */
#include "exec.h"
#include "folder.h"
#include "preload.h"
#include "writer.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PRELOAD "LD_PRELOAD"

/* "NAME=VALUE" of each variable that goes along; the value is "" where there was none. */
struct variable {
	const char *name;
	size_t name_bytes;
	char text[PATH_MAX + 64];
};

static struct variable variables[] = {
	{.name = TRACK_ENV_SPOOL_DIR},
	{.name = TRACK_ENV_CAP},
	{.name = TRACK_ENV_STACK},
	{.name = TRACK_ENV_PACKS},
};

static char own_path[PATH_MAX]; /* of libtrack.so; "": not active */

const char *exec_find_env(char *const *envp, const char *name)
{
	size_t length = strlen(name);
	for (; envp && *envp; envp++)
		if (!strncmp(*envp, name, length) && (*envp)[length] == '=')
			return *envp + length + 1;
	return NULL;
}

static void remember(struct variable *variable, const char *value)
{
	size_t value_bytes = strlen(value) + 1;
	variable->name_bytes = strlen(variable->name);
	if (variable->name_bytes + 1 + value_bytes > sizeof(variable->text))
		return;
	memcpy(variable->text, variable->name, variable->name_bytes);
	variable->text[variable->name_bytes] = '=';
	memcpy(variable->text + variable->name_bytes + 1, value, value_bytes);
}

void exec_init(char *const *envp)
{
	Dl_info info;
	if (!dladdr((const void *)(uintptr_t)exec_init, &info) || info.dli_fname[0] != '/' ||
	    strlen(info.dli_fname) >= sizeof(own_path))
		return;
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *value = exec_find_env(envp, variables[i].name);
		if (value)
			remember(&variables[i], value);
	}
	const char *preload = exec_find_env(envp, PRELOAD);
	preload_init(exec_find_env(envp, TRACK_ENV_PACKS));
	target_init(preload && !strncmp(preload, "libasan.so", 10) ? preload : "",
		    preload_in(preload));
	memcpy(own_path, info.dli_fname, strlen(info.dli_fname) + 1);
}

void exec_keep_folder(const char *folder)
{
	remember(&variables[0], folder);
}

struct text {
	char *at;
	char *end;
};

static bool add(struct text *text, const char *bytes, size_t size)
{
	if (size >= (size_t)(text->end - text->at))
		return false;
	memcpy(text->at, bytes, size);
	text->at += size;
	*text->at = '\0';
	return true;
}

static bool is_own(const char *piece, size_t length)
{
	return length == strlen(own_path) && !memcmp(piece, own_path, length);
}

/* GCC's ASan in front of ours was put there for the image before. */
static bool is_our_asan(const char *piece, size_t length)
{
	const char *next = piece + length;
	return !strncmp(piece, "libasan.so", 10) && *next &&
	       is_own(next + 1, strcspn(next + 1, " :"));
}

/* [asan ":"] ours (":" pack) */
static bool add_ours(struct text *text, const char *asan, uint32_t packs)
{
	bool ok = true;
	if (*asan)
		ok = add(text, asan, strlen(asan)) && add(text, ":", 1);
	ok = ok && add(text, own_path, strlen(own_path));
	for (; ok && packs; packs &= packs - 1)
		ok = add(text, ":", 1) &&
		     add(text, preload_path(packs), strlen(preload_path(packs)));
	return ok;
}

/* "LD_PRELOAD=" [ours ":"] what else the host wants loaded. */
static bool compose(struct text *text, const struct exec_plan *plan, const char *asan,
		    const char *theirs)
{
	bool ok = add(text, PRELOAD "=", sizeof(PRELOAD));
	const char *start = text->at;
	if (plan->with_us)
		ok = ok && add_ours(text, asan, plan->packs);
	for (const char *piece = theirs ? theirs : ""; ok && *piece;) {
		size_t length = strcspn(piece, " :");
		if (length && !is_own(piece, length) && !is_our_asan(piece, length) &&
		    !preload_named(piece, length))
			ok = (text->at == start || add(text, ":", 1)) && add(text, piece, length);
		piece += length + (piece[length] != '\0');
	}
	return ok;
}

static bool shim_is_reachable(void)
{
	return !sys4(SYS_faccessat, AT_FDCWD, (long)own_path, R_OK, 0);
}

static bool is_named(const char *entry, const char *name)
{
	size_t length = strlen(name);
	return !strncmp(entry, name, length) && entry[length] == '=';
}

/* Ours stands first already, and neither GCC's ASan nor a pack misses or is too many. */
static bool is_preloaded(const char *theirs, const struct target *target, uint32_t packs)
{
	return theirs && !*target->asan && is_own(theirs, strcspn(theirs, " :")) &&
	       preload_in(theirs) == packs;
}

static bool has_variables(char *const *envp)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (variables[i].text[0] && !exec_find_env(envp, variables[i].name))
			return false;
	return true;
}

static enum track_note note_of(const struct target *target, bool with_us)
{
	if (!with_us)
		return TRACK_NOTE_PRELOAD_DROPPED;
	if (target->kind == TARGET_BLIND)
		return TRACK_NOTE_SHIM_ABSENT;
	/* Behind a filter our start-up would be killed, so there with_us is false. */
	return !variables[0].text[0] ||
			       folder_is_open(variables[0].text + variables[0].name_bytes + 1)
		       ? TRACK_NOTE__COUNT
		       : TRACK_NOTE_LOST_IMAGES;
}

struct exec_plan exec_plan(char *const *envp, const struct target *target)
{
	struct exec_plan plan = {.note = TRACK_NOTE__COUNT};
	const char *theirs = exec_find_env(envp, PRELOAD);
	size_t count = 0;
	if (!own_path[0])
		return plan;
	while (envp && envp[count] && count <= EXEC_VARIABLES_MAX)
		count++;
	if (count > EXEC_VARIABLES_MAX)
		return plan;
	plan.with_us =
		target->kind != TARGET_STUMBLES && !writers_confined() && shim_is_reachable();
	plan.packs = plan.with_us ? preload_choose(target->packs) : 0;
	plan.note = note_of(target, plan.with_us);
	if (plan.with_us ? is_preloaded(theirs, target, plan.packs) && has_variables(envp)
			 : !theirs)
		return plan;
	plan.pointers = count + 1 + sizeof(variables) / sizeof(*variables) + 1;
	plan.text_bytes = sizeof(PRELOAD "=") + strlen(own_path) + strlen(target->asan) +
			  preload_bytes(plan.packs) + (theirs ? strlen(theirs) : 0) + 8;
	return plan;
}

char *const *exec_environment(const struct exec_plan *plan, char *const *envp,
			      const struct target *target, char **pointers, char *text)
{
	const char *theirs = exec_find_env(envp, PRELOAD);
	struct text preload = {text, text + plan->text_bytes};
	size_t count = 0;
	if (!compose(&preload, plan, target->asan, theirs))
		return envp;
	for (; envp && *envp; envp++)
		if (!is_named(*envp, PRELOAD))
			pointers[count++] = *envp;
		else if (text[sizeof(PRELOAD)])
			pointers[count++] = text;
	if (!theirs && plan->with_us)
		pointers[count++] = text;
	pointers[count] = NULL;
	for (size_t i = 0; plan->with_us && i < sizeof(variables) / sizeof(*variables); i++) {
		if (!variables[i].text[0] || exec_find_env(pointers, variables[i].name))
			continue;
		pointers[count++] = variables[i].text;
		pointers[count] = NULL;
	}
	return pointers;
}

bool exec_is_cleaned(char *const *envp)
{
	const char *theirs = exec_find_env(envp, PRELOAD);
	return own_path[0] && !(theirs && strstr(theirs, own_path));
}
