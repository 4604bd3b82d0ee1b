/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_handshake COUNT: TLS handshakes between two ends in one thread, by memory, each with a
 * message and a shutdown. Prints the processor's microseconds a handshake.
 */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static SSL_CTX *server_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	if (!context || !key || !certificate)
		exit(1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	if (!X509_sign(certificate, key, EVP_sha256()) ||
	    SSL_CTX_use_certificate(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		exit(1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return context;
}

static void shake(SSL_CTX *of_server, SSL_CTX *of_client)
{
	SSL *server = SSL_new(of_server), *client = SSL_new(of_client);
	BIO *here = NULL, *there = NULL;
	char bytes[8];
	int done;

	if (!server || !client || BIO_new_bio_pair(&here, 0, &there, 0) != 1)
		exit(1);
	SSL_set_bio(server, here, here);
	SSL_set_bio(client, there, there);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (done = 0; done < 2;) {
		done = SSL_do_handshake(client) == 1;
		done += SSL_do_handshake(server) == 1;
	}
	if (SSL_write(client, "track", 5) != 5 || SSL_read(server, bytes, sizeof(bytes)) != 5)
		exit(1);
	SSL_shutdown(client);
	SSL_shutdown(server);
	SSL_free(server);
	SSL_free(client);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000;
	SSL_CTX *server = server_context(), *client = SSL_CTX_new(TLS_client_method());
	double begun;

	shake(server, client);
	begun = cpu_us();
	for (int i = 0; i < count; i++)
		shake(server, client);
	printf("%.1f\n", (cpu_us() - begun) / count);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	return 0;
}
