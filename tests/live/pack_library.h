/* SPDX-License-Identifier: Apache-2.0 */
/* A library as packs wrap them: it has objects, counts references, and calls back. */
#ifndef PACK_LIBRARY_H
#define PACK_LIBRARY_H

#ifdef __cplusplus
extern "C" {
#endif

struct packed; /* its count of references is its first word */

struct packed_pair {
	long first[5]; /* too large for registers */
};

typedef void packed_simple(void *data);
typedef double packed_wide(int a, double b, const char *c, long d, long e, float f, long g, long h,
			   struct packed_pair pair, long i);

int packed_copy(void); /* which build of the library this is */

struct packed *packed_new(void);
void packed_ref(struct packed *thing);
void packed_unref(struct packed *thing);
int packed_alive(void);

/* Calls once for each packed_run after it, until it is taken back by the same two. */
void packed_on(packed_simple *call, void *data);
int packed_off(packed_simple *call, void *data);
void packed_run(void);

double packed_far(packed_wide *call, long number);

/* A handshake, and what it sends through. */
void packed_shake(void *thing, void *scope);
void packed_send(void *scope);

#ifdef __cplusplus
}
#endif

#endif
