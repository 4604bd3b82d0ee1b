/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at errno, and asks the loader, from the first line of main on: all answers must be those
 * of a program alone. It says nothing, or what is wrong.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

static int errno_before_main;

__attribute__((constructor)) static void look(void)
{
	errno_before_main = errno;
}

static int failed(const char *what)
{
	puts(what);
	return 1;
}

int main(void)
{
	if (errno || errno_before_main)
		return failed("errno is set");
	if (dlerror())
		return failed("dlerror() says something that nobody asked");
	if (!dlopen("live_plugin.so", RTLD_NOW))
		return failed("a library is not found by the RUNPATH");
	if (dlsym(RTLD_NEXT, "close") != dlsym(RTLD_DEFAULT, "close"))
		return failed("what comes next is not next to the program");
	return 0;
}
