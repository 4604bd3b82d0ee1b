/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that grow. */
#ifndef IMPORT_ARRAY_H
#define IMPORT_ARRAY_H

#include <stddef.h>

/* More of anything is no log that can be judged. */
#define ARRAY_MAX (1u << 26)

/* Room for one more item of size bytes behind count. -ENOMEM; -EFBIG: ARRAY_MAX are there. */
int array_grow(void **items, size_t count, size_t *capacity, size_t size);

#endif
