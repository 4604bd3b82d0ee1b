/* SPDX-License-Identifier: Apache-2.0 */
/* Samples are built while a test runs, in a folder of its own that goes with it. */
#include <symbol/symbolizer.h>

#include <criterion/criterion.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLES TEST_SOURCE_DIR "/unit/symbol/samples"
#define FRAMES_MAX 16

static char folder[] = "/tmp/unit_symbol_XXXXXX";

static inline __attribute__((format(printf, 1, 2))) void shell(const char *format, ...)
{
	char command[4096];
	va_list arguments;
	int bytes;

	va_start(arguments, format);
	bytes = vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	cr_assert(bytes > 0 && (size_t)bytes < sizeof(command));
	cr_assert_eq(system(command), 0, "failed: %s", command);
}

static inline void begin(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static inline void end(void)
{
	shell("rm -rf %s", folder);
}

/* Build samples/source as folder/name. */
static inline void build(const char *source, const char *name, const char *flags)
{
	const char *compiler = strstr(source, ".cc") == NULL ? "cc" : "c++ -std=c++17";

	shell("%s -O2 -Wl,--build-id=sha1 %s %s/%s -o %s/%s", compiler, flags, SAMPLES, source,
	      folder, name);
}

static inline const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* What the program at name says about a place in it. */
static inline uint64_t address_of(const char *name, const char *place)
{
	char line[256], found[64];
	unsigned long address;
	uint64_t result = 0;
	FILE *output = popen(path_of(name), "r");

	cr_assert_not_null(output);
	while (fgets(line, sizeof(line), output) != NULL)
		if (sscanf(line, "%63s %lx", found, &address) == 2 && strcmp(found, place) == 0)
			result = address;
	pclose(output);
	cr_assert_neq(result, 0, "%s does not say where %s is", name, place);
	return result;
}
