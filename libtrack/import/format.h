/* SPDX-License-Identifier: Apache-2.0 */
/* What a format's file has: how a line is read. And what all lines together become. */
#ifndef IMPORT_FORMAT_H
#define IMPORT_FORMAT_H

#include "import/import.h"
#include "log.h"

struct import_parser {
	/* 1: the line is of the format; 0: it is of other things; -ENOMEM, -EFBIG. */
	int (*line)(struct log *log, const char *text);
};

struct import {
	struct log log;
	enum import_times times;
};

/* clang-format off */
#define IMPORT_FORMAT(id, name, times, about, make) extern const struct import_parser import_##id;
#include "import/formats.def"
#undef IMPORT_FORMAT
/* clang-format on */

#endif
