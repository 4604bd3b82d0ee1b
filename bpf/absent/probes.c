/* SPDX-License-Identifier: Apache-2.0 */
/* Instead of the engine, where it was not built. */
#include <errno.h>
#include <probes/probes.h>
#include <stdio.h>

#define ABSENT                                                                                     \
	"this rtctrack was built without the probes engine; build it with -DRTCTRACK_BPF=ON "      \
	"(clang, bpftool and libbpf are needed for that)"

int probes_create(const struct probes_options *options, struct probes **ret_probes)
{
	(void)options;
	(void)ret_probes;
	return -EOPNOTSUPP;
}

int probes_expect(struct probes *probes, const char *program, const char *const *libraries,
		  size_t library_count)
{
	(void)probes;
	(void)program;
	(void)libraries;
	(void)library_count;
	return -EOPNOTSUPP;
}

int probes_follow(struct probes *probes, int32_t pid)
{
	(void)probes;
	(void)pid;
	return -EOPNOTSUPP;
}

int probes_attach(struct probes *probes, int32_t pid)
{
	(void)probes;
	(void)pid;
	return -EOPNOTSUPP;
}

int probes_poll(struct probes *probes)
{
	(void)probes;
	return -EOPNOTSUPP;
}

int probes_look(struct probes *probes)
{
	(void)probes;
	return -EOPNOTSUPP;
}

size_t probes_functions(const struct probes *probes, struct probes_function *functions, size_t max)
{
	(void)probes;
	(void)functions;
	(void)max;
	return 0;
}

size_t probes_nameless(const struct probes *probes, const char **files, size_t max)
{
	(void)probes;
	(void)files;
	(void)max;
	return 0;
}

int probes_fd(const struct probes *probes)
{
	(void)probes;
	return -1;
}

size_t probes_alive(const struct probes *probes)
{
	(void)probes;
	return 0;
}

int probes_finish(struct probes *probes)
{
	(void)probes;
	return -EOPNOTSUPP;
}

void probes_destroy(struct probes *probes)
{
	(void)probes;
}

const char *probes_error(const struct probes *probes)
{
	(void)probes;
	return ABSENT;
}

size_t probes_checks(struct probes_check *checks, size_t max)
{
	if (max > 0) {
		checks[0].what = "probes engine";
		checks[0].ok = false;
		snprintf(checks[0].text, sizeof(checks[0].text), "%s", ABSENT);
	}
	return 1;
}
