/* SPDX-License-Identifier: Apache-2.0 */
#include "strings.h"

#include <stdlib.h>
#include <string.h>

struct string {
	struct string *next; /* of the same hash */
	char text[];
};

/* FNV-1a. */
static uint64_t hash(const char *text)
{
	uint64_t result = 0xcbf29ce484222325u;

	for (; *text != '\0'; text++)
		result = (result ^ (uint8_t)*text) * 0x100000001b3u;
	return result;
}

void strings_finish(struct strings *strings)
{
	uint64_t key, head;
	size_t cursor = 0;

	while (u64map_next(&strings->heads, &cursor, &key, &head)) {
		struct string *string = (struct string *)(uintptr_t)head;
		while (string != NULL) {
			struct string *next = string->next;
			free(string);
			string = next;
		}
	}
	u64map_finish(&strings->heads);
}

const char *strings_keep(struct strings *strings, const char *text)
{
	uint64_t key = hash(text);
	uint64_t *found = u64map_get(&strings->heads, key);
	struct string *head = found == NULL ? NULL : (struct string *)(uintptr_t)*found;

	for (struct string *string = head; string != NULL; string = string->next)
		if (strcmp(string->text, text) == 0)
			return string->text;
	size_t length = strlen(text);
	struct string *string = malloc(sizeof(*string) + length + 1);
	if (string == NULL)
		return NULL;
	string->next = head;
	memcpy(string->text, text, length + 1);
	if (u64map_put(&strings->heads, key, (uintptr_t)string) < 0) {
		free(string);
		return NULL;
	}
	return string->text;
}
