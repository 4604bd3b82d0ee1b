/* SPDX-License-Identifier: Apache-2.0 */
#include "scope.h"

#include <base/text.h>

#include <dwarf.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES_MAX 4096u
#define SCOPES_MAX 16
#define ORIGINS_MAX 8

static const char *linkage_name(Dwarf_Die *function)
{
	Dwarf_Attribute attribute;

	if (dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute) == NULL &&
	    dwarf_attr_integrate(function, DW_AT_MIPS_linkage_name, &attribute) == NULL)
		return NULL;
	return dwarf_formstring(&attribute);
}

/* From a copy (inlined, or out of line) to the DIE that stands inside its scopes. */
static void find_declaration(Dwarf_Die *function, Dwarf_Die *ret_declaration)
{
	Dwarf_Die die = *function;

	for (int i = 0; i < ORIGINS_MAX; i++) {
		Dwarf_Attribute attribute;
		Dwarf_Die origin;
		if (dwarf_attr(&die, DW_AT_abstract_origin, &attribute) == NULL &&
		    dwarf_attr(&die, DW_AT_specification, &attribute) == NULL)
			break;
		if (dwarf_formref_die(&attribute, &origin) == NULL)
			break;
		die = origin;
	}
	*ret_declaration = die;
}

/* The scopes of a declaration, innermost first. */
static size_t find_scopes(const struct unit *unit, Dwarf_Die *declaration, Dwarf_Die *ret_scopes)
{
	uint64_t offset = dwarf_dieoffset(declaration);
	size_t count = 0;

	if (declaration->cu != unit->body.cu)
		return 0;
	while (count < SCOPES_MAX) {
		uint64_t *parent = u64map_get(&unit->parents, offset);
		if (parent == NULL || *parent == 0 ||
		    unit_die(unit, *parent, &ret_scopes[count]) < 0)
			break;
		offset = *parent;
		count++;
	}
	return count;
}

/* As the demangler would say it. */
static const char *scope_text(Dwarf_Die *scope)
{
	const char *name = dwarf_diename(scope);

	if (name != NULL)
		return name;
	return dwarf_tag(scope) == DW_TAG_namespace ? "(anonymous namespace)" : "{unnamed}";
}

static const char *qualified_name(const struct unit *unit, Dwarf_Die *declaration,
				  struct names *names)
{
	const char *name = dwarf_diename(declaration);
	char raw[NAME_BYTES_MAX], clean[NAME_BYTES_MAX];
	Dwarf_Die scopes[SCOPES_MAX];
	size_t used = 0;

	if (name == NULL || name[0] == '\0')
		return NULL;
	for (size_t i = find_scopes(unit, declaration, scopes); i > 0; i--) {
		int bytes = snprintf(raw + used, sizeof(raw) - used,
				     "%s::", scope_text(&scopes[i - 1]));
		if (bytes < 0 || (size_t)bytes >= sizeof(raw) - used)
			break;
		used += (size_t)bytes;
	}
	int bytes = snprintf(raw + used, sizeof(raw) - used, "%s", name);
	if (bytes < 0)
		return NULL;
	text_clean(raw, strlen(raw), clean, sizeof(clean));
	return strings_keep(names->strings, clean);
}

const char *scope_function_name(const struct unit *unit, Dwarf_Die *function, struct names *names)
{
	const char *linkage = linkage_name(function);
	Dwarf_Die declaration;

	if (linkage != NULL)
		return names_function(names, linkage);
	find_declaration(function, &declaration);
	/* A DIE's place in its section is as good a key as a raw name's. */
	uint64_t key = (uintptr_t)declaration.addr;
	uint64_t *found = u64map_get(&names->functions, key);
	if (found != NULL)
		return (const char *)(uintptr_t)*found;
	const char *name = qualified_name(unit, &declaration, names);
	(void)u64map_put(&names->functions, key, (uintptr_t)name);
	return name;
}
