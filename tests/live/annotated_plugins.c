/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plugins that come and go where others were:
 *   annotated_plugins PLUGIN...   loads, plays and unloads one after the other, three times
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < 3 * (argc - 1); i++) {
		void *plugin = dlopen(argv[1 + i % (argc - 1)], RTLD_NOW);
		void *found = plugin ? dlsym(plugin, "play") : NULL;
		void (*play)(void);
		if (!found)
			return 1;
		__builtin_memcpy(&play, &found, sizeof(play));
		play();
		printf("%p\n", found);
		dlclose(plugin);
	}
	return 0;
}
