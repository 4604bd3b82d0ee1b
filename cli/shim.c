/* SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <track/wire.h>
#include <unistd.h>

#define SHIM_NAME "libtrack.so"

/* Where it lies as seen from this command's folder: build tree, then installed. */
static const char *const places[] = {"../libtrack/shim/" SHIM_NAME, RTCTRACK_SHIM_RELATIVE};

static int take(const char *path, char ret_path[PATH_MAX])
{
	char real[PATH_MAX];

	if (!realpath(path, real))
		return -errno;
	if (access(real, R_OK) < 0)
		return -errno;
	memcpy(ret_path, real, strlen(real) + 1);
	return strpbrk(real, " :") ? -EINVAL : 0;
}

static int own_folder(char ret_folder[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", ret_folder, PATH_MAX - 1);
	char *slash;

	if (length < 0)
		return -errno;
	ret_folder[length] = 0;
	slash = strrchr(ret_folder, '/');
	if (!slash)
		return -ENOENT;
	*slash = 0;
	return 0;
}

int shim_find(char ret_path[PATH_MAX])
{
	const char *chosen = getenv("RTCTRACK_SHIM");
	char folder[PATH_MAX], path[PATH_MAX + sizeof(RTCTRACK_SHIM_RELATIVE) + 64];
	int r;

	if (chosen && chosen[0]) {
		snprintf(ret_path, PATH_MAX, "%s", chosen);
		return take(chosen, ret_path);
	}
	r = own_folder(folder);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, places[i]);
		r = take(path, ret_path);
		if (r != -ENOENT && r != -ENOTDIR)
			return r;
	}
	snprintf(ret_path, PATH_MAX, "%.*s", PATH_MAX - 1, path);
	return -ENOENT;
}

static int set_preload(const struct shim_environment *environment)
{
	const char *parts[] = {environment->first, environment->shim_path, environment->packs,
			       getenv("LD_PRELOAD")};
	char *value = NULL;
	size_t size;
	FILE *text = open_memstream(&value, &size);
	int r;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] && parts[i][0])
			fprintf(text, "%s%s", ftell(text) > 0 ? ":" : "", parts[i]);
	if (fclose(text) != 0) {
		free(value);
		return -ENOMEM;
	}
	r = setenv("LD_PRELOAD", value, 1) < 0 ? -errno : 0;
	free(value);
	return r;
}

int shim_environment_set(const struct shim_environment *environment)
{
	char cap[32], depth[32];

	snprintf(cap, sizeof(cap), "%llu", (unsigned long long)environment->cap_bytes);
	snprintf(depth, sizeof(depth), "%u", environment->stack_depth);
	if (setenv(TRACK_ENV_SPOOL_DIR, environment->spool_dir, 1) < 0 ||
	    setenv(TRACK_ENV_CAP, cap, 1) < 0 || setenv(TRACK_ENV_STACK, depth, 1) < 0 ||
	    setenv(TRACK_ENV_PACKS, environment->packs_later, 1) < 0)
		return -errno;
	return environment->shim_path ? set_preload(environment) : 0;
}
