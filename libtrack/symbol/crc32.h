/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of .gnu_debuglink: CRC-32 of IEEE 802.3. */
#ifndef SYMBOL_CRC32_H
#define SYMBOL_CRC32_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the whole file has this checksum. */
bool crc32_is(int fd, uint32_t expected);

#endif
