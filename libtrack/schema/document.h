/* SPDX-License-Identifier: Apache-2.0 */
/* A text in YAML as nodes that know their lines. */
#ifndef SCHEMA_DOCUMENT_H
#define SCHEMA_DOCUMENT_H

#include <schema/errors.h>
#include <stddef.h>
#include <yaml.h>

/*
 * Its first document; another one is said in errors. 0, -ENOMEM, or -EINVAL if it is no YAML (said
 * in errors).
 */
int document_load(const void *bytes, size_t size, yaml_document_t *ret_document,
		  struct schema_errors *errors);

#endif
