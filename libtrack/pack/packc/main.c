/* SPDX-License-Identifier: Apache-2.0 */
/* packc FILE.yaml OUTPUT.c: the wrappers of a pack, for the build. */
#include <errno.h>
#include <pack/generate.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *path, int error, struct schema_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		fprintf(stderr, "%s:%u: %s\n", path, errors->items[i].line, errors->items[i].text);
	if (!errors->count)
		fprintf(stderr, "%s: %s\n", path, strerror(-error));
	schema_errors_clear(errors);
	return 1;
}

int main(int argc, char **argv)
{
	struct schema_errors errors = {.count = 0};
	struct pack *pack;
	FILE *out;
	int r;

	if (argc != 3) {
		fprintf(stderr, "usage: packc FILE.yaml OUTPUT.c\n");
		return 2;
	}
	r = pack_read(argv[1], &pack, &errors);
	if (r < 0)
		return complain(argv[1], r, &errors);
	out = fopen(argv[2], "w");
	r = out ? pack_generate(pack, out) : -errno;
	if (out && fclose(out) != 0 && r == 0)
		r = -errno;
	pack_free(pack);
	return r < 0 ? complain(argv[2], r, &errors) : 0;
}
