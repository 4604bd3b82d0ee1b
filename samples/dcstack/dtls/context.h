/* SPDX-License-Identifier: Apache-2.0 */
/* How we speak DTLS: versions, ciphers, groups (RFC 8827 section 6.5), and whom we believe. */
#ifndef DTLS_CONTEXT_H
#define DTLS_CONTEXT_H

#include <openssl/ssl.h>

/* Takes references of its own. An SSL made of it needs struct fingerprints as its app data: those
 * of the certificates of which the peer must show one. -EIO if OpenSSL cannot. */
int context_create(X509 *x509, EVP_PKEY *key, SSL_CTX **ret_context);

#endif
