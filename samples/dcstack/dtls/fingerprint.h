/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints of certificates (RFC 8122 section 5): a digest of the DER form, in hex. */
#ifndef DTLS_FINGERPRINT_H
#define DTLS_FINGERPRINT_H

#include "dtls/dtls.h"
#include <openssl/x509.h>

enum { FINGERPRINT_SIZE = 64 * 3 }; /* "AB:CD:..", SHA-512, with its NUL */

struct fingerprint {
	const struct fingerprint_algorithm *algorithm;
	char text[FINGERPRINT_SIZE];
};

/* Of the certificates of which the peer shows one. Zeroed is empty. */
struct fingerprints {
	struct fingerprint list[DTLS_FINGERPRINTS_MAX];
	unsigned count;
};

/* -EINVAL unless fingerprint_is_valid, or if there is no room. */
int fingerprints_add(struct fingerprints *fingerprints, const char *algorithm, const char *text);
bool fingerprints_match(const struct fingerprints *fingerprints, const X509 *x509);
/* -EINVAL for an algorithm that is not known, -EIO if OpenSSL cannot. */
int fingerprint_of(const X509 *x509, const char *algorithm, struct fingerprint *ret_fingerprint);

#endif
