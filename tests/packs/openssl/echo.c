/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS echo over loopback: a server and five clients, one after another, with a key and a
 * certificate made at the start. bug tcp: the server forgets one connection, and with it its
 * socket. bug X509: a client forgets the certificate that it looked at.
 */
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SESSIONS 5

static const char *forgotten = "";
static int listener;
static struct sockaddr_in address;
static EVP_PKEY *key;
static X509 *certificate;

static void make_identity(void)
{
	X509_NAME *name;

	key = EVP_EC_gen("P-256");
	certificate = X509_new();
	if (!key || !certificate)
		exit(1);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1,
				   -1, 0);
	X509_set_issuer_name(certificate, name);
	if (!X509_sign(certificate, key, EVP_sha256()))
		exit(1);
}

static SSL *serve(SSL_CTX *context, int fd)
{
	SSL *ssl = SSL_new(context);
	BIO *bio = BIO_new_socket(fd, BIO_CLOSE);
	char bytes[64];
	int size;

	SSL_set_bio(ssl, bio, bio);
	if (SSL_accept(ssl) != 1)
		exit(1);
	while ((size = SSL_read(ssl, bytes, sizeof(bytes))) > 0)
		SSL_write(ssl, bytes, size);
	SSL_shutdown(ssl);
	return ssl;
}

static void *server(void *unused)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(context, certificate);
	SSL_CTX_use_PrivateKey(context, key);
	for (int i = 0; i < SESSIONS; i++) {
		SSL *ssl = serve(context, accept(listener, NULL, NULL));

		if (i != SESSIONS / 2 || strcmp(forgotten, "tcp") != 0)
			SSL_free(ssl);
	}
	SSL_CTX_free(context);
	return unused;
}

static bool is_expected(SSL *ssl, bool forget)
{
	X509 *peer = SSL_get1_peer_certificate(ssl);
	bool same = peer && X509_cmp(peer, certificate) == 0;

	if (!forget)
		X509_free(peer);
	return same;
}

static bool echoes(SSL_CTX *context, bool forget)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl = SSL_new(context);
	char bytes[64];
	bool same;

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		exit(1);
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1)
		exit(1);
	same = is_expected(ssl, forget);
	SSL_write(ssl, "track", 5);
	same = same && SSL_read(ssl, bytes, sizeof(bytes)) == 5 && memcmp(bytes, "track", 5) == 0;
	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
	return same;
}

int main(int argc, char **argv)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	socklen_t size = sizeof(address);
	pthread_t thread;
	int echoed = 0;

	if (argc == 3 && strcmp(argv[1], "bug") == 0)
		forgotten = argv[2];
	signal(SIGPIPE, SIG_IGN);
	make_identity();
	listener = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(listener, 8) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
	    pthread_create(&thread, NULL, server, NULL) != 0)
		return 1;
	for (int i = 0; i < SESSIONS; i++)
		echoed += echoes(context, i == 1 && strcmp(forgotten, "X509") == 0);
	pthread_join(thread, NULL);
	close(listener);
	SSL_CTX_free(context);
	X509_free(certificate);
	EVP_PKEY_free(key);
	printf("%d echoed\n", echoed);
	return 0;
}
