/* SPDX-License-Identifier: Apache-2.0 */
/* What all functions of a class share: births, releases, notices. */
#ifndef PACK_GENERATE_CLASS_H
#define PACK_GENERATE_CLASS_H

#include <pack/pack.h>
#include <stdio.h>

#define GENERATE_NAME 128

/* What the class is called in C. */
const char *generate_class_name(const struct pack *pack, const struct pack_class *class,
				char ret_name[GENERATE_NAME]);

void generate_class(FILE *out, const struct pack *pack, const struct pack_class *class);

#endif
