/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"
#include "fingerprint.h"

#include <errno.h>

/*
 * Forward secrecy and AEAD only: what RFC 8827 section 6.5 asks for comes first, and a record never
 * grows by more than 37 bytes. RSA is for peers whose certificate is of that kind.
 */
static const char ciphers[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
			      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
			      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
/* P-384 is of no use to us, but OpenSSL takes no certificate on a curve that is not listed. */
static const char groups[] = "X25519:P-256:P-384";

/* Instead of a chain's verification: certificates are self-signed, and the peer's is the one whose
 * fingerprint was signalled, or not (RFC 8122 section 6.2). */
static int verify(X509_STORE_CTX *store, void *user)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct fingerprints *expected = SSL_get_app_data(ssl);
	bool matches = fingerprints_match(expected, X509_STORE_CTX_get0_cert(store));

	(void)user;
	/* CERT_REJECTED becomes the alert bad_certificate. */
	X509_STORE_CTX_set_error(store, matches ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return matches;
}

int context_create(X509 *x509, EVP_PKEY *key, SSL_CTX **ret_context)
{
	SSL_CTX *context = SSL_CTX_new(DTLS_method());

	if (!context)
		return -EIO;
	if (!SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) ||
	    !SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(context, ciphers) ||
	    !SSL_CTX_set1_groups_list(context, groups) || !SSL_CTX_use_certificate(context, x509) ||
	    !SSL_CTX_use_PrivateKey(context, key)) {
		SSL_CTX_free(context);
		return -EIO;
	}
	SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET |
					     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, verify, NULL);
	*ret_context = context;
	return 0;
}
