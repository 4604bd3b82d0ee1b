/* SPDX-License-Identifier: Apache-2.0 */
/* Text in an XML 1.0 document, whatever it holds: what is no character there is U+FFFD or a blank.
 */
#ifndef REPORT_XML_H
#define REPORT_XML_H

#include <stdio.h>

/* Between tags; lines stay lines. */
void xml_text(FILE *stream, const char *text);

/* Blank, name="text". */
void xml_attribute(FILE *stream, const char *name, const char *text);

#endif
