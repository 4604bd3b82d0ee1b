/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a DTLS connection: OpenSSL between two memory BIOs. It knows neither threads nor
 * timers nor callbacks: datagrams are put in and taken out, and time is asked for. What fails says
 * -EPROTO, and endpoint_failure then tells why.
 */
#ifndef DTLS_ENDPOINT_H
#define DTLS_ENDPOINT_H

#include "dtls/dtls.h"
#include <stdbool.h>

struct endpoint;

/* -EINVAL for a fingerprint that is none, -ENOMEM, -EIO if OpenSSL cannot. */
int endpoint_create(const struct dtls_config *config, struct endpoint **ret_endpoint);
void endpoint_destroy(struct endpoint *endpoint); /* NULL: nothing */

/* A datagram that came. One at a time: then handshake or read until -EAGAIN. */
void endpoint_put(struct endpoint *endpoint, const uint8_t *datagram, size_t size);
/* A datagram that shall go out; 0 if there is none. */
size_t endpoint_take(struct endpoint *endpoint, uint8_t ret_datagram[DTLS_DATAGRAM_MAX]);

/* 0: it is over. -EAGAIN: a datagram or the timer must come first. -EPROTO. */
int endpoint_handshake(struct endpoint *endpoint);
/* Until the flight must be sent again (RFC 6347 section 4.2.4); false: nothing waits for an answer.
 */
bool endpoint_timer(const struct endpoint *endpoint, uint64_t *ret_delay_ns);
/* Sends it again if it is time. -EPROTO. */
int endpoint_retransmit(struct endpoint *endpoint);

/* One record. -EAGAIN; -ESHUTDOWN: the peer's close_notify; -EPROTO. */
int endpoint_read(struct endpoint *endpoint, uint8_t *data, size_t size, size_t *ret_size);
int endpoint_write(struct endpoint *endpoint, const void *data, size_t size);
void endpoint_shutdown(struct endpoint *endpoint); /* close_notify; after the handshake */

const char *endpoint_failure(const struct endpoint *endpoint); /* NULL: it did not fail */

#endif
