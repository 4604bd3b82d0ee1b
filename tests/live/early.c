/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before main and around dlopen: a pre-initialiser runs before the shim's own
 * start, constructors run before main, a plugin comes and goes twice, and marks
 * are set from inside.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <track/track.h>
#include <unistd.h>

static int from_preinit = -1, from_constructor = -1;

static void preinit(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	(void)envp;
	from_preinit = socket(AF_INET, SOCK_DGRAM, 0);
}

__attribute__((section(".preinit_array"), used)) static void (*preinit_entry)(int, char **,
									      char **) = preinit;

__attribute__((constructor)) static void construct(void)
{
	from_constructor = socket(AF_INET, SOCK_DGRAM, 0);
}

int main(int argc, char **argv)
{
	if (argc != 2 || from_preinit < 0 || from_constructor < 0 || !getenv("HOME") || !argv[0][0])
		return 1;
	for (int round = 1; round <= 4; round++) {
		char text[16];
		snprintf(text, sizeof(text), "round %d", round);
		void *plugin = dlopen(argv[1], RTLD_NOW);
		int (*plugin_open)(void) =
			plugin ? (int (*)(void))dlsym(plugin, "plugin_open") : NULL;
		if (!plugin_open || plugin_open() < 0)
			return 1;
		dlclose(plugin);
		track_mark(text);
	}
	puts("opened=6 closed=0");
	return 0;
}
