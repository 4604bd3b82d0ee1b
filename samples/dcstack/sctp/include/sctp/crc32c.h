/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of an SCTP packet (RFC 9260 section 6.8 and appendix A). */
#ifndef SCTP_CRC32C_H
#define SCTP_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc; 0 begins. By the processor's instruction where it has one. */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t size);

#endif
