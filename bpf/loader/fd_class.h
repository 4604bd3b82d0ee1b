/* SPDX-License-Identifier: Apache-2.0 */
/* What a descriptor is, as the preloaded library would call it. */
#ifndef LOADER_FD_CLASS_H
#define LOADER_FD_CLASS_H

#include "probe_event.h"

#include <stdbool.h>
#include <stdint.h>
#include <track/wire.h>

/* By what the kernel told of it; nr: the system call that opened it. */
enum track_fd_class fd_class_of(const struct probe_file *file, uint16_t nr);
/* Of a file without one in /proc's words, "anon_inode:[eventfd]"; otherwise: of none of them. */
enum track_fd_class fd_class_of_link(const char *link, enum track_fd_class otherwise);
bool fd_class_is_terminal(uint32_t major);

#endif
