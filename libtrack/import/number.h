/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers at the head of a text. */
#ifndef IMPORT_NUMBER_H
#define IMPORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* false: there is none below end. *text is moved behind it. */
bool number_take(const char **text, uint64_t end, uint64_t *ret_number);
/* The same, in hexadecimal behind 0x. */
bool number_take_address(const char **text, uint64_t end, uint64_t *ret_number);
/* The text begins so: *text is moved behind it. */
bool text_take(const char **text, const char *start);

#endif
