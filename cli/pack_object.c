/* SPDX-License-Identifier: Apache-2.0 */
#include "pack_object.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pack/generate.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pack_headers.h"

#define COMPILER "cc"
#define FOLDER_MAX 1024

/* A folder of our own, where all is made that the compiler needs. */
struct workshop {
	char folder[FOLDER_MAX];
};

static void path_in(const struct workshop *workshop, const char *name, char ret_path[PATH_MAX])
{
	snprintf(ret_path, PATH_MAX, "%s/%s", workshop->folder, name);
}

static int workshop_open(struct workshop *workshop)
{
	const char *base = getenv("TMPDIR");
	char headers[PATH_MAX];
	int length = snprintf(workshop->folder, sizeof(workshop->folder), "%s/rtctrack-pack-XXXXXX",
			      base && *base ? base : "/tmp");

	if (length < 0 || (size_t)length >= sizeof(workshop->folder))
		return -ENAMETOOLONG;
	if (!mkdtemp(workshop->folder))
		return -errno;
	path_in(workshop, "track", headers);
	return mkdir(headers, 0700) < 0 ? -errno : 0;
}

static void workshop_close(const struct workshop *workshop)
{
	static const char *const files[] = {"pack.c", "cc.log"};
	char path[PATH_MAX];

	for (const struct pack_header *header = pack_headers; header->name; header++) {
		path_in(workshop, header->name, path);
		unlink(path);
	}
	path_in(workshop, "track", path);
	rmdir(path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path_in(workshop, files[i], path);
		unlink(path);
	}
	rmdir(workshop->folder);
}

static FILE *workshop_create(const struct workshop *workshop, const char *name)
{
	char path[PATH_MAX];

	path_in(workshop, name, path);
	return fopen(path, "wxe");
}

static int finish(FILE *file)
{
	bool failed = ferror(file);

	return fclose(file) != 0 || failed ? -EIO : 0;
}

static int write_headers(const struct workshop *workshop)
{
	for (const struct pack_header *header = pack_headers; header->name; header++) {
		FILE *file = workshop_create(workshop, header->name);
		int r;

		if (!file)
			return -errno;
		fputs((const char *)header->text, file);
		r = finish(file);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_source(const struct workshop *workshop, const struct pack *pack)
{
	FILE *file = workshop_create(workshop, "pack.c");

	if (!file)
		return -errno;
	pack_generate(pack, file);
	return finish(file);
}

/* The first line of what the compiler said that speaks of an error. */
static void tell_log(const char *path, struct schema_errors *errors)
{
	char line[256], kept[256] = "it said nothing";
	FILE *log = fopen(path, "re");
	bool found = false;

	while (log && !found && fgets(line, sizeof(line), log)) {
		line[strcspn(line, "\n")] = '\0';
		found = strstr(line, "error") != NULL;
		if (found || *line)
			snprintf(kept, sizeof(kept), "%s", line);
	}
	if (log)
		fclose(log);
	schema_errors_add(errors, 0, "the compiler '" COMPILER "' fails: %s", kept);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ENOEXEC;
}

/* Its standard output and error go into the log. */
static int spawn(char *const *arguments, const char *log, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
					     O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	if (r == 0)
		r = posix_spawnp(ret_pid, COMPILER, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

static int compile(const struct workshop *workshop, const char *object,
		   struct schema_errors *errors)
{
	char source[PATH_MAX], log[PATH_MAX], folder[FOLDER_MAX];
	char *const arguments[] = {COMPILER,
				   "-std=gnu11",
				   "-D_GNU_SOURCE",
				   "-O2",
				   "-g",
				   "-fPIC",
				   "-shared",
				   "-fvisibility=hidden",
				   "-fno-builtin",
				   "-fno-strict-aliasing",
				   "-fno-stack-protector",
				   "-fno-omit-frame-pointer",
				   "-w",
				   "-Wl,-z,now",
				   "-I",
				   folder,
				   "-o",
				   (char *)object,
				   source,
				   NULL};
	pid_t pid = -1;
	int r;

	memcpy(folder, workshop->folder, sizeof(folder));
	path_in(workshop, "pack.c", source);
	path_in(workshop, "cc.log", log);
	r = spawn(arguments, log, &pid);
	if (r < 0) {
		schema_errors_add(errors, 0,
				  r == -ENOENT ? "there is no compiler '" COMPILER
						 "': install gcc or clang%s"
					       : "the compiler '" COMPILER "' does not start: %s",
				  r == -ENOENT ? "" : strerror(-r));
		return r;
	}
	r = wait_for(pid);
	if (r < 0)
		tell_log(log, errors);
	return r;
}

static int build(const struct pack *pack, const char *object, struct schema_errors *errors)
{
	struct workshop workshop;
	int r = workshop_open(&workshop);

	if (r == 0)
		r = write_headers(&workshop);
	if (r == 0)
		r = write_source(&workshop, pack);
	if (r < 0)
		schema_errors_add(errors, 0, "cannot write below '%s': %s", workshop.folder,
				  strerror(-r));
	else
		r = compile(&workshop, object, errors);
	workshop_close(&workshop);
	return r;
}

int pack_object_build(const char *yaml_path, const char *object_path, struct schema_errors *errors)
{
	struct pack *pack;
	int r = pack_read(yaml_path, &pack, errors);

	if (r < 0) {
		if (!errors->count)
			schema_errors_add(errors, 0, "cannot be read: %s", strerror(-r));
		return r;
	}
	r = build(pack, object_path, errors);
	pack_free(pack);
	return r;
}
