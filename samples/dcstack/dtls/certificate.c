/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/certificate.h"
#include "certificate_context.h"
#include "context.h"
#include "fingerprint.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 24 * 60 * 60, VALID_DAYS = 365, SERIAL_BITS = 64 };

/* Key and certificate live in the context. */
struct certificate {
	SSL_CTX *context;
	char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
};

static bool set_serial(X509 *x509)
{
	BIGNUM *number = BN_new();
	bool ok = number && BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));

	BN_free(number);
	return ok;
}

static bool set_names(X509 *x509)
{
	X509_NAME *name = X509_get_subject_name(x509);

	/* The same for everybody: a name would only tell who we are. */
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"WebRTC",
					  -1, -1, 0) &&
	       X509_set_issuer_name(x509, name);
}

static X509 *sign(EVP_PKEY *key)
{
	X509 *x509 = X509_new();

	/* Valid since yesterday: the peer's clock may be behind ours. */
	if (x509 && X509_set_version(x509, X509_VERSION_3) && set_serial(x509) && set_names(x509) &&
	    X509_gmtime_adj(X509_getm_notBefore(x509), -DAY_S) &&
	    X509_gmtime_adj(X509_getm_notAfter(x509), (long)VALID_DAYS * DAY_S) &&
	    X509_set_pubkey(x509, key) && X509_sign(x509, key, EVP_sha256()))
		return x509;
	X509_free(x509);
	return NULL;
}

int certificate_create(struct certificate **ret_certificate)
{
	struct certificate *certificate = calloc(1, sizeof(*certificate));
	struct fingerprint fingerprint;
	EVP_PKEY *key = NULL;
	X509 *x509 = NULL;
	int r = -EIO;

	if (!certificate)
		return -ENOMEM;
	key = EVP_EC_gen("P-256");
	if (!key)
		goto out;
	x509 = sign(key);
	if (!x509)
		goto out;
	r = fingerprint_of(x509, "sha-256", &fingerprint);
	if (r < 0)
		goto out;
	memcpy(certificate->fingerprint, fingerprint.text, sizeof(certificate->fingerprint));
	r = context_create(x509, key, &certificate->context);
	if (r < 0)
		goto out;
	*ret_certificate = certificate;
	certificate = NULL;
out:
	X509_free(x509);
	EVP_PKEY_free(key);
	certificate_destroy(certificate);
	ERR_clear_error();
	return r;
}

void certificate_destroy(struct certificate *certificate)
{
	if (!certificate)
		return;
	SSL_CTX_free(certificate->context);
	free(certificate);
}

const char *certificate_fingerprint(const struct certificate *certificate)
{
	return certificate->fingerprint;
}

SSL_CTX *certificate_context(const struct certificate *certificate)
{
	return certificate->context;
}
