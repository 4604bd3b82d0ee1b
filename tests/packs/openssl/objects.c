/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thing of a class of OpenSSL is made and used as programs do, and freed: right CLASS. Or it is
 * forgotten: bug CLASS. What is needed beside it is freed in both.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/dh.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static void *make_SSL(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	SSL *ssl = SSL_new(context);

	SSL_CTX_free(context);
	SSL_up_ref(ssl);
	SSL_free(ssl);
	return ssl;
}

static void *make_SSL_CTX(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	SSL *ssl = SSL_new(context);

	SSL_free(ssl);
	return context;
}

static void *make_X509(void)
{
	X509 *certificate = X509_new();
	X509_STORE *store = X509_STORE_new();

	X509_STORE_add_cert(store, certificate);
	X509_STORE_free(store);
	return certificate;
}

static void *make_EVP_PKEY(void)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);

	EVP_PKEY_keygen_init(context);
	EVP_PKEY_keygen(context, &key);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void *make_RSA(void)
{
	RSA *key = RSA_new();
	EVP_PKEY *holder = EVP_PKEY_new();

	EVP_PKEY_set1_RSA(holder, key);
	EVP_PKEY_free(holder);
	return key;
}

static void *make_BIO(void)
{
	BIO *head = BIO_new(BIO_f_base64()), *memory = BIO_new(BIO_s_mem());

	BIO_push(head, memory);
	return head;
}

static void *make_EVP_MD_CTX(void)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	EVP_DigestUpdate(context, "track", 5);
	EVP_DigestFinal_ex(context, digest, NULL);
	return context;
}

static void *make_EVP_MAC_CTX(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);

	EVP_MAC_free(mac);
	return context;
}

static void *make_EVP_KDF_CTX(void)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);

	EVP_KDF_free(kdf);
	return context;
}

static void *make_EC_POINT(void)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = EC_POINT_new(group);

	EC_GROUP_free(group);
	return point;
}

/* Those that one call makes. */
#define MADE_BY(class, call)                                                                       \
	static void *make_##class(void)                                                            \
	{                                                                                          \
		return call;                                                                       \
	}
MADE_BY(SSL_SESSION, SSL_SESSION_new())
MADE_BY(X509_STORE, X509_STORE_new())
MADE_BY(X509_STORE_CTX, X509_STORE_CTX_new())
MADE_BY(X509_REQ, X509_REQ_new())
MADE_BY(EC_KEY, EC_KEY_new_by_curve_name(NID_X9_62_prime256v1))
MADE_BY(DH, DH_new())
MADE_BY(DSA, DSA_new())
MADE_BY(EVP_CIPHER_CTX, EVP_CIPHER_CTX_new())
MADE_BY(EVP_PKEY_CTX, EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL))
MADE_BY(EVP_ENCODE_CTX, EVP_ENCODE_CTX_new())
MADE_BY(HMAC_CTX, HMAC_CTX_new())
MADE_BY(BN_CTX, BN_CTX_new())
MADE_BY(EC_GROUP, EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1))

/* CLASS(name, its free function) */
#define CLASSES(CLASS)                                                                             \
	CLASS(SSL, SSL_free)                                                                       \
	CLASS(SSL_CTX, SSL_CTX_free)                                                               \
	CLASS(SSL_SESSION, SSL_SESSION_free)                                                       \
	CLASS(X509, X509_free)                                                                     \
	CLASS(X509_STORE, X509_STORE_free)                                                         \
	CLASS(X509_STORE_CTX, X509_STORE_CTX_free)                                                 \
	CLASS(X509_REQ, X509_REQ_free)                                                             \
	CLASS(EVP_PKEY, EVP_PKEY_free)                                                             \
	CLASS(RSA, RSA_free)                                                                       \
	CLASS(EC_KEY, EC_KEY_free)                                                                 \
	CLASS(DH, DH_free)                                                                         \
	CLASS(DSA, DSA_free)                                                                       \
	CLASS(BIO, BIO_free_all)                                                                   \
	CLASS(EVP_MD_CTX, EVP_MD_CTX_free)                                                         \
	CLASS(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)                                                 \
	CLASS(EVP_PKEY_CTX, EVP_PKEY_CTX_free)                                                     \
	CLASS(EVP_MAC_CTX, EVP_MAC_CTX_free)                                                       \
	CLASS(EVP_KDF_CTX, EVP_KDF_CTX_free)                                                       \
	CLASS(EVP_ENCODE_CTX, EVP_ENCODE_CTX_free)                                                 \
	CLASS(HMAC_CTX, HMAC_CTX_free)                                                             \
	CLASS(BN_CTX, BN_CTX_free)                                                                 \
	CLASS(EC_GROUP, EC_GROUP_free)                                                             \
	CLASS(EC_POINT, EC_POINT_free)

#define ENDS(class, free_it)                                                                       \
	static void end_##class(void *thing)                                                       \
	{                                                                                          \
		free_it(thing);                                                                    \
	}
CLASSES(ENDS)

static const struct {
	const char *name;
	void *(*make)(void);
	void (*end)(void *thing);
} classes[] = {
#define ROW(class, free_it) {#class, make_##class, end_##class},
	CLASSES(ROW)
#undef ROW
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(classes) / sizeof(*classes); i++) {
		void *thing;

		if (strcmp(classes[i].name, argv[2]) != 0)
			continue;
		thing = classes[i].make();
		if (!thing)
			return 1;
		if (strcmp(argv[1], "bug") != 0)
			classes[i].end(thing);
		printf("%s %s\n", argv[1], argv[2]);
		return 0;
	}
	fprintf(stderr, "usage: %s bug|right CLASS\n", argv[0]);
	return 2;
}
