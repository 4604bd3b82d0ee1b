/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The string functions that the shim uses, for itself alone: a host (clang's
 * sanitizers, for one) may export its own, which must not run before it is set
 * up. Not exported. A compiler that knows a loop for one of them would make it
 * call itself: an empty statement in the loop hides it.
 */
#include <stddef.h>
#include <string.h>

#define UNRECOGNISED() __asm__ volatile("")

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *start = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
	return start;
}

void *memset(void *to, int byte, size_t size)
{
	void *start = to;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
	return start;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left, *b = right;
	for (; size; size--, a++, b++) {
		UNRECOGNISED();
		if (*a != *b)
			return *a - *b;
	}
	return 0;
}

size_t strnlen(const char *text, size_t most)
{
	size_t length = 0;
	while (length < most && text[length]) {
		UNRECOGNISED();
		length++;
	}
	return length;
}

size_t strlen(const char *text)
{
	return strnlen(text, (size_t)-1);
}

int strncmp(const char *left, const char *right, size_t most)
{
	for (; most; most--, left++, right++) {
		UNRECOGNISED();
		if (*left != *right || !*left)
			return (unsigned char)*left - (unsigned char)*right;
	}
	return 0;
}

int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, (size_t)-1);
}

char *strchr(const char *text, int wanted)
{
	for (;; text++) {
		UNRECOGNISED();
		if (*text == (char)wanted)
			return (char *)(size_t)text;
		if (!*text)
			return NULL;
	}
}

char *strrchr(const char *text, int wanted)
{
	char *last = NULL;
	for (char *at = strchr(text, wanted); at; at = *at ? strchr(at + 1, wanted) : NULL)
		last = at;
	return last;
}

size_t strspn(const char *text, const char *accepted)
{
	size_t length = 0;
	while (text[length] && strchr(accepted, text[length]))
		length++;
	return length;
}

size_t strcspn(const char *text, const char *rejected)
{
	size_t length = 0;
	while (text[length] && !strchr(rejected, text[length]))
		length++;
	return length;
}

char *strstr(const char *text, const char *wanted)
{
	size_t length = strlen(wanted);
	for (; *text; text++)
		if (!strncmp(text, wanted, length))
			return (char *)(size_t)text;
	return length ? NULL : (char *)(size_t)text;
}
