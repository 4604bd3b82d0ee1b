/* SPDX-License-Identifier: Apache-2.0 */
/* A text in YAML as nodes that know their lines. */
#ifndef PACK_DOCUMENT_H
#define PACK_DOCUMENT_H

#include <pack/errors.h>
#include <stddef.h>
#include <yaml.h>

/* Its first document. 0, -ENOMEM, or -EINVAL if it is no YAML (said in errors). */
int document_load(const void *bytes, size_t size, yaml_document_t *ret_document,
		  struct pack_errors *errors);

#endif
