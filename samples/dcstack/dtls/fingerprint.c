/* SPDX-License-Identifier: Apache-2.0 */
#include "fingerprint.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The names are those of RFC 8122 section 5; MD2 and MD5 must not be used. */
struct fingerprint_algorithm {
	const char *name;
	size_t size;
	const EVP_MD *(*digest)(void);
};

/* clang-format off */
static const struct fingerprint_algorithm algorithms[] = {
	{"sha-1", 20, EVP_sha1},
	{"sha-224", 28, EVP_sha224},
	{"sha-256", 32, EVP_sha256},
	{"sha-384", 48, EVP_sha384},
	{"sha-512", 64, EVP_sha512},
};
/* clang-format on */

static const struct fingerprint_algorithm *find(const char *name)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		if (!strcasecmp(algorithms[i].name, name))
			return &algorithms[i];
	}
	return NULL;
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdefABCDEF", c);
}

bool fingerprint_is_valid(const char *algorithm, const char *fingerprint)
{
	const struct fingerprint_algorithm *found = find(algorithm);

	if (!found || strlen(fingerprint) != found->size * 3 - 1)
		return false;
	for (size_t i = 0; i < found->size; i++) {
		const char *byte = fingerprint + i * 3;
		char end = i + 1 < found->size ? ':' : '\0';

		if (!is_hex(byte[0]) || !is_hex(byte[1]) || byte[2] != end)
			return false;
	}
	return true;
}

int fingerprints_add(struct fingerprints *fingerprints, const char *algorithm, const char *text)
{
	struct fingerprint *fingerprint = &fingerprints->list[fingerprints->count];

	if (fingerprints->count == DTLS_FINGERPRINTS_MAX || !fingerprint_is_valid(algorithm, text))
		return -EINVAL;
	fingerprint->algorithm = find(algorithm);
	snprintf(fingerprint->text, sizeof(fingerprint->text), "%s", text);
	fingerprints->count++;
	return 0;
}

static int compute(const X509 *x509, const struct fingerprint_algorithm *algorithm,
		   struct fingerprint *ret_fingerprint)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size;

	if (!X509_digest(x509, algorithm->digest(), digest, &size) || size != algorithm->size)
		return -EIO;
	ret_fingerprint->algorithm = algorithm;
	for (unsigned i = 0; i < size; i++)
		sprintf(ret_fingerprint->text + i * 3, i + 1 < size ? "%02X:" : "%02X", digest[i]);
	return 0;
}

int fingerprint_of(const X509 *x509, const char *algorithm, struct fingerprint *ret_fingerprint)
{
	const struct fingerprint_algorithm *found = find(algorithm);

	return found ? compute(x509, found, ret_fingerprint) : -EINVAL;
}

static bool matches(const struct fingerprint *fingerprint, const X509 *x509)
{
	struct fingerprint own;

	return compute(x509, fingerprint->algorithm, &own) == 0 &&
	       !strcasecmp(own.text, fingerprint->text);
}

bool fingerprints_match(const struct fingerprints *fingerprints, const X509 *x509)
{
	for (unsigned i = 0; i < fingerprints->count; i++)
		if (matches(&fingerprints->list[i], x509))
			return true;
	return false;
}
