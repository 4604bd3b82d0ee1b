/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trace as a file, before SQLite opens it: whose it is, and whether it may be replaced. By its
 * first 100 bytes: the SQLite file format, section 1.3.
 */
#ifndef STORE_TRACEFILE_H
#define STORE_TRACEFILE_H

#include <limits.h>

#define TRACEFILE_APPLICATION_ID 0x72746374 /* "rtct" */
#define TRACEFILE_SCHEMA_VERSION 8

/* Room for a sentence that names a path. */
#define TRACEFILE_WHY_BYTES (PATH_MAX + 512)

/*
 * 0: a trace of this schema version. -ENOENT, -EACCES and the like;
 * -EBADMSG: not a trace; -EPROTO: of another version. On failure ret_why gets a
 * sentence, at most TRACEFILE_WHY_BYTES.
 */
int tracefile_check(const char *path, char *ret_why);

/*
 * Make room for a new trace: removes an old trace (or an empty file) at path.
 * -EEXIST: something else is there. -EACCES and the like: the folder takes no file.
 * ret_why as above.
 */
int tracefile_clear(const char *path, char *ret_why);

#endif
