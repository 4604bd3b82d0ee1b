/* SPDX-License-Identifier: Apache-2.0 */
/* A peer that is not like us: OpenSSL with settings of its own. */
#include "pair.inc.c"

#include <openssl/err.h>
#include <openssl/ssl.h>

TestSuite(foreign, .init = pair_begin, .fini = pair_end, .timeout = 60);

enum {
	FINGERPRINT_SIZE = 32 * 3,
	YEAR_S = 365 * 24 * 3600,
	SMALL_MTU = 300,
	RETRANSMIT_US = 20 * 1000
};

static struct {
	struct end *end;
	EVP_PKEY *key;
	X509 *x509;
	SSL_CTX *context;
	SSL *ssl;
	BIO *in, *out;
	char fingerprint[FINGERPRINT_SIZE];
	char got[64];
} foreign;

static void foreign_certify(EVP_PKEY *key)
{
	uint8_t digest[32];

	foreign.key = key;
	foreign.x509 = X509_new();
	X509_set_version(foreign.x509, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(foreign.x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(foreign.x509), YEAR_S);
	X509_set_pubkey(foreign.x509, key);
	cr_assert_gt(X509_sign(foreign.x509, key, EVP_sha256()), 0);
	cr_assert_eq(X509_digest(foreign.x509, EVP_sha256(), digest, NULL), 1);
	for (unsigned i = 0; i < sizeof(digest); i++)
		sprintf(foreign.fingerprint + i * 3, i + 1 < sizeof(digest) ? "%02X:" : "%02X",
			digest[i]);
	SSL_CTX_use_certificate(foreign.context, foreign.x509);
	SSL_CTX_use_PrivateKey(foreign.context, key);
}

static void foreign_begin(struct end *end, EVP_PKEY *key)
{
	foreign.end = end;
	foreign.context = SSL_CTX_new(DTLS_method());
	SSL_CTX_set_options(foreign.context, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_verify(foreign.context, SSL_VERIFY_NONE, NULL);
	if (key)
		foreign_certify(key);
	end->other->config.remote_fingerprint = foreign.fingerprint;
	if (!key)
		end->other->config.remote_fingerprint = certificate_fingerprint(end->certificate);
}

static void foreign_end(void)
{
	SSL_free(foreign.ssl);
	SSL_CTX_free(foreign.context);
	X509_free(foreign.x509);
	EVP_PKEY_free(foreign.key);
	ERR_clear_error();
}

static void foreign_flush(void)
{
	char *data;
	long size = BIO_get_mem_data(foreign.out, &data);

	if (size > 0)
		carry_records(foreign.end->other, (const uint8_t *)data, (size_t)size);
	(void)BIO_reset(foreign.out);
}

static void foreign_work(void)
{
	char text[sizeof(foreign.got)] = "";

	ERR_clear_error();
	if (SSL_do_handshake(foreign.ssl) == 1 && SSL_read(foreign.ssl, text, sizeof(text) - 1) > 0)
		strcpy(foreign.got, text);
	foreign_flush();
	sem_post(&pair.happened);
}

static void foreign_take(const uint8_t *data, size_t size)
{
	BIO_write(foreign.in, data, (int)size);
	foreign_work();
}

/* It has no timer of its own: when something comes, it looks whether it is time. */
static unsigned soon_us(SSL *ssl, unsigned previous_us)
{
	(void)ssl;
	(void)previous_us;
	return RETRANSMIT_US;
}

static void foreign_start(void)
{
	foreign.ssl = SSL_new(foreign.context);
	foreign.in = BIO_new(BIO_s_mem());
	foreign.out = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(foreign.in, -1);
	SSL_set_bio(foreign.ssl, foreign.in, foreign.out);
	SSL_set_mtu(foreign.ssl, SMALL_MTU);
	DTLS_set_timer_cb(foreign.ssl, soon_us);
	foreign.end->on_datagram = foreign_take;
	if (foreign.end == &pair.client)
		SSL_set_connect_state(foreign.ssl);
	else
		SSL_set_accept_state(foreign.ssl);
}

static void start(void)
{
	struct end *end = foreign.end->other;

	foreign_start();
	cr_assert_eq(dtls_create(&end->config, &end_events, end, &end->dtls), 0);
	cr_assert_eq(dtls_start(end->dtls, NULL), 0);
	foreign_work();
}

static bool connected(void)
{
	return strchr(foreign.end->other->log, 'C') && SSL_is_init_finished(foreign.ssl);
}

static bool failed(void)
{
	return strchr(foreign.end->other->log, 'F');
}

static void send_to_us(void)
{
	cr_assert_eq(SSL_write(foreign.ssl, "to us", 5), 5);
	foreign_flush();
}

static bool we_received(void)
{
	return received(foreign.end->other, "to us");
}

static void send_to_it(void)
{
	cr_assert_eq(send_text(foreign.end->other, "to it"), 0);
}

static bool it_received(void)
{
	return !strcmp(foreign.got, "to it");
}

static void expect_a_talk(void)
{
	on_executor(send_to_us);
	await(we_received);
	on_executor(send_to_it);
	await(it_received);
}

static void expect_a_connection(struct end *end, EVP_PKEY *key)
{
	foreign_begin(end, key);
	on_executor(start);
	await(connected);
	expect_a_talk();
	on_executor(foreign_end);
}

Test(foreign, a_server_with_an_rsa_certificate_is_fine)
{
	expect_a_connection(&pair.server, EVP_RSA_gen(2048));
}

Test(foreign, a_client_with_an_rsa_certificate_is_fine)
{
	expect_a_connection(&pair.client, EVP_RSA_gen(2048));
}

Test(foreign, a_client_with_a_certificate_on_another_curve_is_fine)
{
	expect_a_connection(&pair.client, EVP_EC_gen("P-384"));
}

static const char *failure;

static void look_at_failure(void)
{
	failure = dtls_failure(foreign.end->other->dtls);
}

static void expect_a_failure(const char *what)
{
	on_executor(start);
	await(failed);
	on_executor(look_at_failure);
	cr_expect_not_null(strstr(failure, what), "%s", failure);
	on_executor(foreign_end);
}

Test(foreign, a_client_without_a_certificate_is_refused)
{
	foreign_begin(&pair.client, NULL);
	expect_a_failure("peer did not return a certificate");
}

Test(foreign, a_client_of_an_older_version_is_refused)
{
	foreign_begin(&pair.client, EVP_EC_gen("P-256"));
	SSL_CTX_set_cipher_list(foreign.context, "ALL:@SECLEVEL=0");
	SSL_CTX_set_min_proto_version(foreign.context, DTLS1_VERSION);
	SSL_CTX_set_max_proto_version(foreign.context, DTLS1_VERSION);
	expect_a_failure("unsupported protocol");
}

Test(foreign, a_client_without_forward_secrecy_is_refused)
{
	foreign_begin(&pair.client, EVP_EC_gen("P-256"));
	SSL_CTX_set_cipher_list(foreign.context, "AES128-GCM-SHA256");
	expect_a_failure("no shared cipher");
}

/* We say no; OpenSSL's client gives up then, with an alert under the connection's keys. */
static void renegotiate(void)
{
	cr_assert_eq(SSL_renegotiate(foreign.ssl), 1);
	foreign_work();
}

Test(foreign, a_client_that_renegotiates_is_refused_and_its_alert_is_told)
{
	foreign_begin(&pair.client, EVP_EC_gen("P-256"));
	on_executor(start);
	await(connected);
	expect_a_talk();
	on_executor(renegotiate);
	await(failed);
	on_executor(look_at_failure);
	cr_expect_not_null(strstr(failure, "the peer's alert"), "%s", failure);
	cr_expect_not_null(strstr(failure, "handshake failure"), "%s", failure);
	cr_expect_str_eq(pair.server.log, "CRF");
	on_executor(foreign_end);
}

/* A chain, in fragments of small datagrams, the last record first. */
Test(foreign, a_large_certificate_in_many_fragments_is_fine)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);

	foreign_begin(&pair.client, key);
	for (int i = 0; i < 4; i++) {
		X509_up_ref(foreign.x509);
		cr_assert_eq(SSL_CTX_add_extra_chain_cert(foreign.context, foreign.x509), 1);
	}
	pair.turns = true;
	on_executor(start);
	await(connected);
	cr_expect_gt(pair.server.arrived, 8);
	expect_a_talk();
	on_executor(foreign_end);
}
