/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack_copies FUNCTION MODULE...: loads each, with what it needs for itself alone, and prints which
 * copy of the library its function calls; again when the one before is gone.
 */
#include <dlfcn.h>
#include <stdio.h>

static int ask(void *module, const char *name)
{
	int (*copy)(void);
	void *found = module ? dlsym(module, name) : NULL;

	if (!found) {
		printf("%s\n", dlerror());
		return -1;
	}
	__builtin_memcpy(&copy, &found, sizeof(copy));
	return copy();
}

int main(int argc, char **argv)
{
	void *module = NULL;

	for (int round = 0; round < 3; round++)
		for (int i = 2; i < argc; i++) {
			module = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
			printf("%d", ask(module, argv[1]));
			printf("%d ", ask(module, argv[1]));
			if (round < 2 && module)
				dlclose(module);
		}
	/* A failure before is the program's own, whatever is called in between. */
	if (module && !dlopen("/nowhere.so", RTLD_NOW))
		printf("%d %s\n", ask(module, argv[1]), dlerror() ? "failed" : "forgotten");
	return 0;
}
