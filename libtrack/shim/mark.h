/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_MARK_H
#define SHIM_MARK_H

/* Record a mark in the life of the whole process. text: at most 256 bytes count. */
void track_shim_mark(const char *text);

#endif
