/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate is made for. */
#ifndef DTLS_CERTIFICATE_CONTEXT_H
#define DTLS_CERTIFICATE_CONTEXT_H

#include "dtls/certificate.h"
#include <openssl/ssl.h>

/* The certificate's; an SSL made of it has a reference of its own. */
SSL_CTX *certificate_context(const struct certificate *certificate);

#endif
