/* SPDX-License-Identifier: Apache-2.0 */
#include "array.h"

#include <errno.h>
#include <stdlib.h>

int array_grow(void **items, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity != 0 ? *capacity * 2 : 64;
	void *grown;

	if (count < *capacity)
		return 0;
	if (count >= ARRAY_MAX)
		return -EFBIG;
	grown = reallocarray(*items, wanted, size);
	if (grown == NULL)
		return -ENOMEM;
	*items = grown;
	*capacity = wanted;
	return 0;
}
