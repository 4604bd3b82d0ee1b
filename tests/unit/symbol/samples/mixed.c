/* SPDX-License-Identifier: Apache-2.0 */
/* A sample in one section, whose inlined code the compiler mixes with that around it. */
#include <stdio.h>

static inline __attribute__((always_inline)) int mix(int a, int b)
{
	int product = a * b;
	int quotient = a / (b | 1);

	return product ^ quotient;
}

__attribute__((noinline)) int blend(int a, int b, int c)
{
	int first = mix(a, b);
	int sum = c * 3 + a;
	int second = mix(c, a);

	return first + sum * second + b % (c | 1);
}

int main(int argc, char **argv)
{
	printf("%d %s\n", blend(argc, argc + 1, argc + 2), argv[0]);
	return 0;
}
