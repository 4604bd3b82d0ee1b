/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's own string functions against the C library's. */
#include <criterion/criterion.h>
#include <string.h>

#define memcpy ours_memcpy
#define memset ours_memset
#define memcmp ours_memcmp
#define strlen ours_strlen
#define strnlen ours_strnlen
#define strncmp ours_strncmp
#define strcmp ours_strcmp
#define strchr ours_strchr
#define strrchr ours_strrchr
#define strspn ours_strspn
#define strcspn ours_strcspn
#define strstr ours_strstr
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
int strncmp(const char *left, const char *right, size_t most);
int strcmp(const char *left, const char *right);
char *strchr(const char *text, int wanted);
char *strrchr(const char *text, int wanted);
size_t strspn(const char *text, const char *accepted);
size_t strcspn(const char *text, const char *rejected);
char *strstr(const char *text, const char *wanted);
#include <string.c>
#undef memcpy
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strncmp
#undef strcmp
#undef strchr
#undef strrchr
#undef strspn
#undef strcspn
#undef strstr

static const char *const texts[] = {
	"", "a", "b", "ab", "ba", "aa", "aab", "/usr/lib", "LD_PRELOAD=x", "\xff", "\x7f"};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

Test(string, lengths_and_places_are_those_of_libc)
{
	for (int i = 0; i < TEXTS; i++) {
		cr_expect_eq(ours_strlen(texts[i]), strlen(texts[i]));
		cr_expect_eq(ours_strnlen(texts[i], 2), strnlen(texts[i], 2));
		for (int c = 0; c < 256; c++) {
			cr_expect_eq(ours_strchr(texts[i], c), strchr(texts[i], c), "'%s' %d",
				     texts[i], c);
			cr_expect_eq(ours_strrchr(texts[i], c), strrchr(texts[i], c), "'%s' %d",
				     texts[i], c);
		}
	}
}

Test(string, comparisons_are_those_of_libc)
{
	for (int i = 0; i < TEXTS; i++)
		for (int j = 0; j < TEXTS; j++) {
			const char *a = texts[i], *b = texts[j];
			size_t both = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

			cr_expect_eq(sign(ours_strcmp(a, b)), sign(strcmp(a, b)), "%s %s", a, b);
			cr_expect_eq(sign(ours_strncmp(a, b, 2)), sign(strncmp(a, b, 2)), "%s %s",
				     a, b);
			cr_expect_eq(sign(ours_memcmp(a, b, both)), sign(memcmp(a, b, both)),
				     "%s %s", a, b);
			cr_expect_eq(ours_strspn(a, b), strspn(a, b), "%s %s", a, b);
			cr_expect_eq(ours_strcspn(a, b), strcspn(a, b), "%s %s", a, b);
			cr_expect_eq(ours_strstr(a, b), strstr(a, b), "%s %s", a, b);
		}
}

Test(string, copies_and_fills_touch_what_they_should)
{
	char buffer[8] = "1234567";

	cr_expect_eq(ours_memcpy(buffer + 1, "abc", 3), buffer + 1);
	cr_expect_str_eq(buffer, "1abc567");
	cr_expect_eq(ours_memset(buffer + 5, 'x', 2), buffer + 5);
	cr_expect_str_eq(buffer, "1abc5xx");
	ours_memset(buffer, 0, 0);
	cr_expect_str_eq(buffer, "1abc5xx");
}
