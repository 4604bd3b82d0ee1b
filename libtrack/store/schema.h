/* SPDX-License-Identifier: Apache-2.0 */
/* schema.sql as a terminated text, made by embed.cmake. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

extern const unsigned char schema_sql[];

#endif
