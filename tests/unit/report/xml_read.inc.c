/* SPDX-License-Identifier: Apache-2.0 */
/* A strict reader of what little XML a report has: what is not well formed fails the test. */
#include "written.inc.c"

#define ELEMENTS_MAX 512
#define ATTRIBUTES_MAX 12

struct element {
	const char *name;
	struct {
		const char *name, *value;
	} attributes[ATTRIBUTES_MAX];
	size_t attribute_count;
	char *text; /* of its own, decoded */
	struct element *parent;
};

struct document {
	struct element elements[ELEMENTS_MAX]; /* in the order of their beginnings */
	size_t count;
	char pool[sizeof(text)];
	size_t used;
};

static struct document document;

static inline char *keep(const char *from, size_t length)
{
	char *to = document.pool + document.used;

	cr_assert_lt(document.used + length + 1, sizeof(document.pool));
	memcpy(to, from, length);
	to[length] = '\0';
	document.used += length + 1;
	return to;
}

/* Entities are decoded; a bare &, < or > is none of a text. */
static inline char *decode(const char *from, size_t length)
{
	static const struct {
		const char *entity, *text;
	} entities[] = {
		{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#10;", "\n"}};
	char *to = keep(from, length), *at = to;

	for (const char *end = from + length; from < end;) {
		bool known = false;

		cr_assert(*from != '<' && *from != '>', "%.40s", from);
		for (size_t i = 0; *from == '&' && i < sizeof(entities) / sizeof(*entities); i++) {
			size_t size = strlen(entities[i].entity);

			if (strncmp(from, entities[i].entity, size) != 0)
				continue;
			*at++ = *entities[i].text;
			from += size;
			known = true;
			break;
		}
		cr_assert(known || *from != '&', "%.40s", from);
		if (!known)
			*at++ = *from++;
	}
	*at = '\0';
	return to;
}

/* name="value"...; returns what follows. */
static inline const char *read_attributes(struct element *element, const char *at)
{
	while (*at == ' ') {
		size_t name = strcspn(++at, "="), value;
		const char *end;

		cr_assert_eq(at[name + 1], '"', "%.40s", at);
		end = strchr(at + name + 2, '"');
		cr_assert_not_null(end);
		value = (size_t)(end - at) - name - 2;
		cr_assert_lt(element->attribute_count, ATTRIBUTES_MAX);
		element->attributes[element->attribute_count].name = keep(at, name);
		element->attributes[element->attribute_count++].value =
			decode(at + name + 2, value);
		at = end + 1;
	}
	return at;
}

static inline const char *read_element(struct element *parent, const char *at)
{
	struct element *element = &document.elements[document.count++];
	size_t length;

	cr_assert_lt(document.count, ELEMENTS_MAX);
	element->parent = parent;
	element->name = keep(at + 1, strcspn(at + 1, " />"));
	element->text = "";
	at = read_attributes(element, at + 1 + strlen(element->name));
	if (strncmp(at, "/>", 2) == 0)
		return at + 2;
	cr_assert_eq(*at, '>', "%.40s", at);
	for (at++;;) {
		const char *next = strchr(at, '<');

		cr_assert_not_null(next, "%s does not end", element->name);
		if (next != at && !element->text[0])
			element->text = decode(at, (size_t)(next - at));
		if (next[1] == '/') {
			length = strlen(element->name);
			cr_assert_eq(strncmp(next + 2, element->name, length), 0, "%.40s", next);
			cr_assert_eq(next[2 + length], '>');
			return next + 3 + length;
		}
		at = read_element(element, next);
	}
}

/* Reads what was written last. */
static inline void parse_text(void)
{
	static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

	memset(&document, 0, sizeof(document));
	cr_assert_eq(strncmp(text, head, strlen(head)), 0, "%.60s", text);
	cr_assert_str_eq(read_element(NULL, text + strlen(head)), "\n");
}

/* "" if it has none. */
static inline const char *attribute(const struct element *element, const char *name)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		if (strcmp(element->attributes[i].name, name) == 0)
			return element->attributes[i].value;
	return "";
}

/* The first of that name, of which an attribute is that (NULL: any), after the element (NULL: of
 * all). */
static inline struct element *find(const char *name, const char *key, const char *value,
				   const struct element *after)
{
	for (size_t i = after ? (size_t)(after - document.elements) + 1 : 0; i < document.count;
	     i++)
		if (strcmp(document.elements[i].name, name) == 0 &&
		    (!key || strcmp(attribute(&document.elements[i], key), value) == 0))
			return &document.elements[i];
	return NULL;
}

static inline struct element *child(const struct element *parent, const char *name)
{
	for (size_t i = 0; i < document.count; i++)
		if (document.elements[i].parent == parent &&
		    strcmp(document.elements[i].name, name) == 0)
			return &document.elements[i];
	return NULL;
}
