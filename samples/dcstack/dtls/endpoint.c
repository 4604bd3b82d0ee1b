/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"
#include "certificate_context.h"
#include "fingerprint.h"
#include "records.h"

#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

/* RFC 6347 section 4.2.4.1 proposes a second, and allows less: ICE has shown that the peer answers,
 * and browsers begin so too. */
enum { FIRST_TIMEOUT_US = 50 * 1000, FAILURE_SIZE = 128 };

struct endpoint {
	SSL *ssl;
	BIO *in, *out; /* ssl's */
	struct fingerprints expected;
	char failure[FAILURE_SIZE];
};

static unsigned next_timeout_us(SSL *ssl, unsigned previous_us)
{
	(void)ssl;
	return previous_us ? previous_us * 2 : FIRST_TIMEOUT_US;
}

/* Both or none: SSL_set_bio takes the references. */
static bool set_bios(struct endpoint *endpoint)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	if (!in || !out) {
		BIO_free(in);
		BIO_free(out);
		return false;
	}
	/* Empty means "later", not "closed". */
	BIO_set_mem_eof_return(in, -1);
	BIO_set_mem_eof_return(out, -1);
	SSL_set_bio(endpoint->ssl, in, out);
	endpoint->in = in;
	endpoint->out = out;
	return true;
}

static int open_ssl(struct endpoint *endpoint, const struct dtls_config *config)
{
	endpoint->ssl = SSL_new(certificate_context(config->certificate));
	if (!endpoint->ssl || !set_bios(endpoint) ||
	    !SSL_set_app_data(endpoint->ssl, &endpoint->expected) ||
	    !SSL_set_mtu(endpoint->ssl, DTLS_DATAGRAM_MAX))
		return -EIO;
	DTLS_set_timer_cb(endpoint->ssl, next_timeout_us);
	switch (config->role) {
	case DTLS_CLIENT:
		SSL_set_connect_state(endpoint->ssl);
		break;
	case DTLS_SERVER:
		SSL_set_accept_state(endpoint->ssl);
		break;
	}
	return 0;
}

static int expect_fingerprints(struct endpoint *endpoint, const struct dtls_config *config)
{
	const char *const *other = config->other_fingerprints;
	int r = fingerprints_add(&endpoint->expected, config->remote_algorithm,
				 config->remote_fingerprint);

	for (; r == 0 && other && *other; other++)
		r = fingerprints_add(&endpoint->expected, config->remote_algorithm, *other);
	return r;
}

int endpoint_create(const struct dtls_config *config, struct endpoint **ret_endpoint)
{
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));
	int r;

	if (!endpoint)
		return -ENOMEM;
	r = expect_fingerprints(endpoint, config);
	if (r < 0)
		goto out;
	r = open_ssl(endpoint, config);
	if (r < 0)
		goto out;
	*ret_endpoint = endpoint;
	endpoint = NULL;
out:
	endpoint_destroy(endpoint);
	ERR_clear_error();
	return r;
}

void endpoint_destroy(struct endpoint *endpoint)
{
	if (!endpoint)
		return;
	SSL_free(endpoint->ssl);
	free(endpoint);
}

/* What encryption adds to a record: RFC 5288 section 3, RFC 7905 section 2. */
static size_t seal_size(const struct endpoint *endpoint)
{
	enum { GCM = 8 + 16, CHACHA = 16 };
	const SSL_CIPHER *cipher = SSL_get_pending_cipher(endpoint->ssl);

	if (!cipher)
		cipher = SSL_get_current_cipher(endpoint->ssl);
	return cipher && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 ? CHACHA : GCM;
}

/*
 * RFC 6347 section 4.1.2.7 has what cannot be decrypted discarded. OpenSSL 3.0.19 and 3.0.20 end
 * the connection over a record that is too short for that, whoever sent it.
 */
void endpoint_put(struct endpoint *endpoint, const uint8_t *datagram, size_t size)
{
	size_t seal = seal_size(endpoint);

	while (size && size <= INT_MAX) {
		size_t record = records_first(datagram, size);

		/* Without memory it is lost, as datagrams are. */
		if (!records_first_is_cut(datagram, record, seal))
			BIO_write(endpoint->in, datagram, (int)record);
		datagram += record;
		size -= record;
	}
}

size_t endpoint_take(struct endpoint *endpoint, uint8_t ret_datagram[DTLS_DATAGRAM_MAX])
{
	char *data;
	long size = BIO_get_mem_data(endpoint->out, &data);
	size_t fit = records_fit((const uint8_t *)data, (size_t)size, DTLS_DATAGRAM_MAX);

	/* OpenSSL, which knows the limit, writes whole records only. */
	return fit ? (size_t)BIO_read(endpoint->out, ret_datagram, (int)fit) : 0;
}

static void explain(struct endpoint *endpoint)
{
	unsigned long error = ERR_peek_error();
	const char *reason = ERR_reason_error_string(error);
	const char *who = "";

	if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET)
		who = "the peer's alert: ";
	if (SSL_get_verify_result(endpoint->ssl) == X509_V_ERR_CERT_REJECTED)
		reason = "the peer's certificate has another fingerprint";
	snprintf(endpoint->failure, sizeof(endpoint->failure), "%s%s", who,
		 reason ? reason : "OpenSSL gives no reason");
}

/* For a call of OpenSSL: SSL_get_error would take what others have left in this thread's error
 * queue for a failure of this connection. */
static SSL *ready(const struct endpoint *endpoint)
{
	if (ERR_peek_error())
		ERR_clear_error();
	return endpoint->ssl;
}

/* What it means that such a call returned this. */
static int outcome(struct endpoint *endpoint, int returned)
{
	if (returned > 0)
		return 0;
	switch (SSL_get_error(endpoint->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return -ESHUTDOWN;
	default:
		explain(endpoint);
		return -EPROTO;
	}
}

int endpoint_handshake(struct endpoint *endpoint)
{
	return outcome(endpoint, SSL_do_handshake(ready(endpoint)));
}

bool endpoint_timer(const struct endpoint *endpoint, uint64_t *ret_delay_ns)
{
	struct timeval left;

	if (!DTLSv1_get_timeout(endpoint->ssl, &left))
		return false;
	*ret_delay_ns = (uint64_t)left.tv_sec * 1000000000 + (uint64_t)left.tv_usec * 1000;
	return true;
}

int endpoint_retransmit(struct endpoint *endpoint)
{
	int returned = (int)DTLSv1_handle_timeout(ready(endpoint));

	return returned < 0 ? outcome(endpoint, returned) : 0;
}

int endpoint_read(struct endpoint *endpoint, uint8_t *data, size_t size, size_t *ret_size)
{
	return outcome(endpoint, SSL_read_ex(ready(endpoint), data, size, ret_size));
}

int endpoint_write(struct endpoint *endpoint, const void *data, size_t size)
{
	size_t written;

	return outcome(endpoint, SSL_write_ex(ready(endpoint), data, size, &written));
}

void endpoint_shutdown(struct endpoint *endpoint)
{
	SSL_shutdown(ready(endpoint));
}

const char *endpoint_failure(const struct endpoint *endpoint)
{
	return *endpoint->failure ? endpoint->failure : NULL;
}
