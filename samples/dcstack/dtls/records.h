/* SPDX-License-Identifier: Apache-2.0 */
/* DTLS records one after another: in a datagram, or as OpenSSL leaves them in a memory BIO. */
#ifndef DTLS_RECORDS_H
#define DTLS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes at the start of data are whole records that fit into one datagram of limit bytes.
 * 0 if there is not even one. */
size_t records_fit(const uint8_t *data, size_t size, size_t limit);

/* The size of the first; all of it if that is not a whole one. */
size_t records_first(const uint8_t *data, size_t size);

/* The first is encrypted, and has no room for what encryption adds, seal bytes: nobody who has the
 * keys has sent it. */
bool records_first_is_cut(const uint8_t *data, size_t size, size_t seal);

#endif
