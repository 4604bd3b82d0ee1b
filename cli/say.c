/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include <base/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX 8192

void say(const char *hint, const char *format, ...)
{
	char raw[SENTENCE_MAX], clean[SENTENCE_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_clean(raw, strlen(raw), clean, sizeof(clean));
	fprintf(stderr, "rtctrack: %s\n", clean);
	if (!hint)
		return;
	text_clean(hint, strlen(hint), clean, sizeof(clean));
	fprintf(stderr, "  %s\n", clean);
}
