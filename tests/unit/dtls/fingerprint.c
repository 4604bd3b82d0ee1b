/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../samples/dcstack/dtls/certificate_context.h"
#include "both.inc.c"

#include <ctype.h>
#include <openssl/x509.h>

TestSuite(fingerprint, .init = pair_begin, .fini = pair_end, .timeout = 60);

static const struct {
	const char *name;
	const EVP_MD *(*digest)(void);
} algorithms[] = {{"sha-1", EVP_sha1},
		  {"sha-224", EVP_sha224},
		  {"SHA-256", EVP_sha256},
		  {"sha-384", EVP_sha384},
		  {"Sha-512", EVP_sha512}};

/* In small letters, where our own are large. */
static void compute(const struct certificate *certificate, const EVP_MD *(*digest)(void),
		    char *ret_text)
{
	X509 *x509 = SSL_CTX_get0_certificate(certificate_context(certificate));
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned size;

	cr_assert_eq(X509_digest(x509, digest(), bytes, &size), 1);
	for (unsigned i = 0; i < size; i++)
		sprintf(ret_text + i * 3, i + 1 < size ? "%02x:" : "%02x", bytes[i]);
}

static void end_reset(struct end *end)
{
	end_destroy(end);
	memset(end->log, 0, sizeof(end->log));
	end->last_size = 0;
}

static void reset(void)
{
	end_reset(&pair.client);
	end_reset(&pair.server);
}

Test(fingerprint, every_algorithm_in_any_case_is_accepted)
{
	char server[EVP_MAX_MD_SIZE * 3], client[EVP_MAX_MD_SIZE * 3];

	pair.client.config.remote_fingerprint = server;
	pair.server.config.remote_fingerprint = client;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		compute(pair.server.certificate, algorithms[i].digest, server);
		compute(pair.client.certificate, algorithms[i].digest, client);
		pair.client.config.remote_algorithm = algorithms[i].name;
		pair.server.config.remote_algorithm = algorithms[i].name;
		pair_connect();
		pair_talk();
		on_executor(reset);
	}
}

/* The last digit is another one. */
static char *altered(const char *fingerprint)
{
	char *text = strdup(fingerprint);
	char *last = text + strlen(text) - 1;

	*last = *last == '0' ? '1' : '0';
	return text;
}

static bool both_failed(void)
{
	return strchr(pair.client.log, 'F') && strchr(pair.server.log, 'F');
}

static void expect_mismatch_at(const struct end *end)
{
	cr_expect_str_eq(dtls_failure(end->dtls), "the peer's certificate has another fingerprint");
	cr_expect_not_null(strstr(dtls_failure(end->other->dtls), "bad certificate"));
	cr_expect_not_null(strstr(dtls_failure(end->other->dtls), "the peer's alert"));
	cr_expect_eq(dtls_state(end->dtls), DTLS_FAILED);
	cr_expect_eq(send_text(&pair.client, "late"), -ENOTCONN);
	cr_expect_str_eq(pair.client.log, "F");
	cr_expect_str_eq(pair.server.log, "F");
}

static void expect_mismatch_at_client(void)
{
	expect_mismatch_at(&pair.client);
}

static void expect_mismatch_at_server(void)
{
	expect_mismatch_at(&pair.server);
}

Test(fingerprint, a_server_of_another_one_fails_on_both_sides)
{
	char *other = altered(pair.client.config.remote_fingerprint);

	pair.client.config.remote_fingerprint = other;
	on_executor(pair_start);
	free(other);
	await(both_failed);
	on_executor(expect_mismatch_at_client);
}

Test(fingerprint, a_client_of_another_one_fails_on_both_sides)
{
	char *other = altered(pair.server.config.remote_fingerprint);

	pair.server.config.remote_fingerprint = other;
	on_executor(pair_start);
	free(other);
	await(both_failed);
	on_executor(expect_mismatch_at_server);
}

/* The peer has several certificates, and shows one of them. */
Test(fingerprint, one_of_several_is_enough)
{
	const char *right = pair.client.config.remote_fingerprint;
	char *wrong = altered(right);
	const char *others[] = {wrong, right, NULL};

	pair.client.config.remote_fingerprint = wrong;
	pair.client.config.other_fingerprints = others;
	pair_connect();
	free(wrong);
	pair_talk();
}

Test(fingerprint, more_than_there_is_room_for_are_refused)
{
	const char *right = pair.client.config.remote_fingerprint;
	const char *others[DTLS_FINGERPRINTS_MAX + 1] = {NULL};
	struct dtls *dtls;

	for (unsigned i = 0; i < DTLS_FINGERPRINTS_MAX; i++)
		others[i] = right;
	pair.client.config.other_fingerprints = others;
	cr_expect_eq(dtls_create(&pair.client.config, &end_events, &pair.client, &dtls), -EINVAL);
	others[DTLS_FINGERPRINTS_MAX - 1] = NULL;
	cr_assert_eq(dtls_create(&pair.client.config, &end_events, &pair.client, &dtls), 0);
	dtls_destroy(dtls);
	others[0] = "";
	cr_expect_eq(dtls_create(&pair.client.config, &end_events, &pair.client, &dtls), -EINVAL);
}

Test(fingerprint, each_certificate_has_its_own)
{
	const char *one = certificate_fingerprint(pair.client.certificate);

	cr_expect_str_neq(one, certificate_fingerprint(pair.server.certificate));
	cr_expect(fingerprint_is_valid("sha-256", one));
	for (const char *c = one; *c; c++)
		cr_expect(isdigit(*c) || (*c >= 'A' && *c <= 'F') || *c == ':');
}

/* clang-format off */
static const struct {
	const char *algorithm, *text;
	bool valid;
} texts[] = {
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DD", true},
	{"SHA-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DD", true},
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DD:", false},
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:D", false},
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC", false},
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DG", false},
	{"sha-1", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC-DD", false},
	{"sha-1", "0:011:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DD", false},
	{"sha-256", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:AA:BB:CC:DD", false},
	{"md5", "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff", false},
	{"", "", false},
	{"sha-1", "", false},
};
/* clang-format on */

Test(fingerprint, one_of_another_form_is_refused)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct dtls *dtls = NULL;
		int r;

		cr_expect_eq(fingerprint_is_valid(texts[i].algorithm, texts[i].text),
			     texts[i].valid, "row %zu", i);
		pair.client.config.remote_algorithm = texts[i].algorithm;
		pair.client.config.remote_fingerprint = texts[i].text;
		r = dtls_create(&pair.client.config, &end_events, &pair.client, &dtls);
		cr_expect_eq(r, texts[i].valid ? 0 : -EINVAL, "row %zu", i);
		cr_expect_eq(!dtls, !texts[i].valid, "row %zu", i);
		dtls_destroy(dtls);
	}
}
