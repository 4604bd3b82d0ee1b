/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that keep what they compute below their stack pointer, around
 * annotations; a tracer's probe must not disturb them. Prints a sum, which is the
 * same with and without a probe:  live_red_zone ROUNDS
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <track/track.h>

/* A leaf: 96 bytes of locals in the red zone, kept from registers. */
static __attribute__((noinline)) uint64_t leaf(uint64_t seed)
{
	volatile uint64_t kept[12];
	uint64_t sum = 0;
	for (int i = 0; i < 12; i++)
		kept[i] = seed = seed * 6364136223846793005u + 1442695040888963407u;
	for (int i = 0; i < 12; i++)
		sum ^= kept[i] >> i;
	return sum;
}

/* The same, with an annotation between the writing and the reading. */
static __attribute__((noinline)) uint64_t annotated(uint64_t seed)
{
	volatile uint64_t kept[12];
	uint64_t sum = 0;
	for (int i = 0; i < 12; i++)
		kept[i] = seed = seed * 6364136223846793005u + 1442695040888963407u;
	track_retain((const void *)(uintptr_t)seed, "red", track_nobody());
	for (int i = 0; i < 12; i++)
		sum ^= kept[i] >> i;
	track_release((const void *)(uintptr_t)seed, "red", track_nobody());
	for (int i = 0; i < 12; i++)
		sum += kept[i] >> i;
	return sum;
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 0;
	uint64_t sum = 1;
	for (long i = 0; i < rounds; i++)
		sum = leaf(annotated(sum));
	printf("%016llx\n", (unsigned long long)sum);
	return rounds < 1;
}
