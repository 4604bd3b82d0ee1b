/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Put before every source file that mutants.py takes calls out of: all mutants are in one program,
 * and MUTANT names the one that is in force. MUTANTS_REACHED is a file with a byte per mutant,
 * which is set where the program comes by.
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MUTANTS_MAX = 4096 };

__attribute__((weak)) int mutant_chosen = -1;
__attribute__((weak)) unsigned char *mutant_reached;

/* One for the program, though each file has it. */
__attribute__((weak, constructor)) void mutant_begin(void);
__attribute__((weak, constructor)) void mutant_begin(void)
{
	const char *chosen = getenv("MUTANT"), *path = getenv("MUTANTS_REACHED");
	int fd = path && !mutant_reached ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd < 0 ? MAP_FAILED
			   : mmap(NULL, MUTANTS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (chosen)
		mutant_chosen = atoi(chosen);
	if (fd >= 0)
		close(fd);
	if (map != MAP_FAILED)
		mutant_reached = map;
}

/* Does this program have the call that mutant n is without? */
static inline __attribute__((unused)) bool mutant_keeps(int n)
{
	if (mutant_reached)
		mutant_reached[n] = 1;
	return mutant_chosen != n;
}

#endif
