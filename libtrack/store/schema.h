/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/* schema.sql as a terminated text, made by embed.cmake. */
extern const unsigned char schema_sql[];

#endif
