/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lifetimes of descriptors: what the wrappers of socket, dup, close and their like call before
 * and after the real function. errno is read and left alone: nothing below here is a call of libc's
 * that sets it, but for the unwinder's, and stack.c puts it back.
 */
#ifndef SHIM_FD_H
#define SHIM_FD_H

#include "writer.h"

/* The class of a socket by what it was asked for. type may carry SOCK_CLOEXEC and the like. */
enum track_fd_class fd_socket_class(int domain, int type, int protocol);
/* The class of an open descriptor, by asking the kernel. */
enum track_fd_class fd_classify(int fd);
bool fd_class_is_socket(enum track_fd_class fd_class);
/* The class of what was just opened by a path; flags as for open. */
enum track_fd_class fd_path_class(int fd, const char *path, int flags);
/* The class it was opened with, or what the kernel says. */
enum track_fd_class fd_class_of(int fd);

/* The number is open from here on, with fresh counters. */
void fd_remember(int fd, enum track_fd_class fd_class);

/*
 * A call returned the new descriptor fd. from: -1 or its source. Negative: it
 * failed; that is recorded where errno says that there are no numbers left.
 */
void fd_opened(int fd, enum track_fd_class fd_class, enum track_call call, int from);
/* The same, with the path or name it was opened by (NULL: none). */
void fd_opened_named(int fd, enum track_fd_class fd_class, enum track_call call, const char *name);
/* A call that opens descriptors failed, errno says why. */
void fd_refused(enum track_call call);
/* A call failed on a number, errno says why: a stale number is told, once per life and call. */
void fd_misused(int fd, enum track_call call);
/* Descriptors that came in a received message. */
struct msghdr;
void fd_received(const struct msghdr *message, enum track_call call);

/*
 * Around a close: begin before the real call, end after it with what it returned. flags: those of
 * a destroy record, TRACK_FD_IMPLICIT where dup2, dup3 or freopen close on the way.
 */
struct fd_closing {
	struct writer *writer; /* NULL: not recorded */
	int fd;
	enum track_call call;
	bool recorded; /* before the call: the number was believed open */
};
struct fd_closing fd_close_begin(int fd, enum track_call call, unsigned flags);
void fd_close_end(const struct fd_closing *closing, bool ok);
/* The closing thread was cancelled instead; a struct fd_closing. */
void fd_close_cancelled(void *closing);

/* After dup2 and dup3 instead: the number has a new owner, a copy of from, or still the old one. */
void fd_replace_end(const struct fd_closing *closing, bool ok, int from);

/* Around a close of all numbers first..last. */
void fd_range_begin(unsigned first, unsigned last, enum track_call call);
void fd_range_end(unsigned first, unsigned last, enum track_call call, bool ok);

#endif
