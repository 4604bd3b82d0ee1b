/* SPDX-License-Identifier: Apache-2.0 */
/* Prototypes of what calls.def says opens descriptors; libc declares most, not all, of them. */
#ifndef SHIM_OPENS_H
#define SHIM_OPENS_H

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <track/wire.h>
#include <unistd.h>

/* clang-format off */
#define TRACK_CALL(function, group)
#define TRACK_OPENS(function, fd_class, name, parameters, arguments, example) int function parameters;
#include <track/calls.def>
#undef TRACK_CALL
/* clang-format on */

#endif
