/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of any sort as a text in a page. */
#ifndef REPORT_BLOCK_H
#define REPORT_BLOCK_H

#include <stddef.h>
#include <stdio.h>

/*
 * Compressed by gzip (RFC 1952), as base64 (RFC 4648, section 4) in one line without an end. It is
 * written as it is made. 0, or -errno if the stream fails or memory runs out.
 */
int block_write(FILE *stream, const unsigned char *bytes, size_t size);

#endif
