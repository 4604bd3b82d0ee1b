/* SPDX-License-Identifier: Apache-2.0 */
/* The SQLite file format, section 1.3, for the header's two bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

enum { WRITE_VERSION_OFFSET = 18, READ_VERSION_OFFSET = 19, ROLLBACK_JOURNAL = 1 };

int trace_image(struct trace *trace, unsigned char **ret_bytes, size_t *ret_size)
{
	sqlite3_int64 size = -1;
	unsigned char *pages, *bytes;
	int error;

	pages = sqlite3_serialize(trace->db, "main", &size, 0);
	if (pages == NULL) {
		/* It counts the pages first: without a count it could not read. */
		error = size < 0 ? database_execute(trace, "PRAGMA schema_version") : -ENOMEM;
		return error != 0 ? error : -ENOMEM;
	}
	bytes = malloc((size_t)size);
	if (bytes != NULL)
		memcpy(bytes, pages, (size_t)size);
	sqlite3_free(pages);
	if (bytes == NULL)
		return -ENOMEM;
	bytes[WRITE_VERSION_OFFSET] = ROLLBACK_JOURNAL;
	bytes[READ_VERSION_OFFSET] = ROLLBACK_JOURNAL;
	*ret_bytes = bytes;
	*ret_size = (size_t)size;
	return 0;
}
