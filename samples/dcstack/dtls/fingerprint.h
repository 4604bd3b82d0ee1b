/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints of certificates (RFC 8122 section 5): a digest of the DER form, in hex. */
#ifndef DTLS_FINGERPRINT_H
#define DTLS_FINGERPRINT_H

#include "dtls/certificate.h"
#include <openssl/x509.h>

enum { FINGERPRINT_SIZE = 64 * 3 }; /* "AB:CD:..", SHA-512, with its NUL */

struct fingerprint {
	const struct fingerprint_algorithm *algorithm;
	char text[FINGERPRINT_SIZE];
};

/* -EINVAL unless fingerprint_is_valid. */
int fingerprint_parse(const char *algorithm, const char *text, struct fingerprint *ret_fingerprint);
/* -EINVAL for an algorithm that is not known, -EIO if OpenSSL cannot. */
int fingerprint_of(const X509 *x509, const char *algorithm, struct fingerprint *ret_fingerprint);
bool fingerprint_matches(const struct fingerprint *fingerprint, const X509 *x509);

#endif
