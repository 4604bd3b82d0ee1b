/* SPDX-License-Identifier: Apache-2.0 */
/* What track/track.h finds with dlsym: a program's marks become records. */
#ifndef SHIM_MARK_H
#define SHIM_MARK_H

/* Record a mark of the whole process. text: NULL is none; at most 256 bytes count. */
void track_shim_mark(const char *text);

#endif
