/* SPDX-License-Identifier: Apache-2.0 */
#include "mark.h"
#include "writer.h"

#include <errno.h>
#include <string.h>

SHIM_EXPORT void track_shim_mark(const char *text)
{
	struct writer *writer = writer_get();
	if (!writer || !text)
		return;
	size_t size = strnlen(text, 256);
	writer_emit_data(writer, TRACK_OP_MARK, 0, TRACK_CALL_none, 0, 0,
			 TRACK_NAME_ARG(TRACK_NAME_TEXT, size), text, size);
}
