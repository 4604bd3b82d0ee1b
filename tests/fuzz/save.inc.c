/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one input: CORPUS/FUZZER/NAME. The folders are there. */
#include <stdio.h>
#include <stdlib.h>

static void save(const char *corpus, const char *fuzzer, const char *name, const void *data,
		 size_t bytes)
{
	char path[4200];
	snprintf(path, sizeof(path), "%s/%s/%s", corpus, fuzzer, name);
	FILE *file = fopen(path, "w");
	if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file)) {
		fprintf(stderr, "%s cannot be written\n", path);
		exit(1);
	}
}
