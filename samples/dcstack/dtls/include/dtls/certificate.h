/* SPDX-License-Identifier: Apache-2.0 */
/* A self-signed certificate (ECDSA, P-256) and fingerprints (RFC 8122). */
#ifndef DTLS_CERTIFICATE_H
#define DTLS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

enum { CERTIFICATE_FINGERPRINT_SIZE = 32 * 3 }; /* "AB:CD:..", SHA-256, with its NUL */

struct certificate;

/* -ENOMEM, or -EIO if OpenSSL cannot. */
int certificate_create(struct certificate **ret_certificate);
void certificate_destroy(struct certificate *certificate);		    /* NULL: nothing */
const char *certificate_fingerprint(const struct certificate *certificate); /* SHA-256 */

/* Is it "sha-1", "sha-224", "sha-256", "sha-384" or "sha-512" (any case), and of its length? */
bool fingerprint_is_valid(const char *algorithm, const char *fingerprint);

#endif
