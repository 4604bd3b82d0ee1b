/* SPDX-License-Identifier: Apache-2.0 */
/*
 * later LIBRARY leak|close: a library that is loaded while the program runs. What is made before
 * the recorder has seen it may be missed: so a box is made and opened every millisecond until
 * somebody says, by a line on its input, that one was seen. In the form `leak` a box is forgotten
 * after that, and one that is waited for is never opened.
 */
#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAME __attribute__((noinline))

static void *(*box_new)(void);
static void (*box_free)(void *box);
static int (*box_wait)(void (*opened)(void *box, void *user), void *user);
static void (*box_open)(void *box);
static int opened;

static void on_opened(void *box, void *user)
{
	opened += box && user;
}

static FRAME void *make_box(void)
{
	void *box = box_new();

	box_wait(on_opened, &opened);
	box_open(box);
	return box;
}

static FRAME void *forget_box(void)
{
	void *box = box_new();

	__asm__ volatile("");
	return box;
}

/* Without a user it is refused: then there is nothing to wait for. */
static FRAME void forget_wait(void *box)
{
	box_wait(on_opened, NULL);
	box_wait(on_opened, box);
	__asm__ volatile(""); /* no jump: its frame stays */
}

static int find(const char *path)
{
	static const struct {
		const char *name;
		void *function;
	} all[] = {
		{"box_new", &box_new},
		{"box_free", &box_free},
		{"box_wait", &box_wait},
		{"box_open", &box_open},
	};
	void *library = dlopen(path, RTLD_NOW), *found;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		found = library ? dlsym(library, all[i].name) : NULL;
		if (!found)
			return -1;
		memcpy(all[i].function, &found, sizeof(found));
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	void *box;

	if (argc != 3 || find(argv[1]) < 0)
		return 2;
	while (poll(&input, 1, 1) == 0)
		box_free(make_box());
	box = forget_box();
	forget_wait(box);
	if (strcmp(argv[2], "leak") == 0)
		return 0;
	box_open(box);
	box_free(box);
	return 0;
}
