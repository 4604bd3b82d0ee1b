/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_row.h"

#include <dwarf.h>
#include <errno.h>
#include <string.h>

#define AUGMENTATION_MAX 16
#define LENGTH_IS_64 0xffffffffu

/* An entry's frame: its length and what it says it is. */
struct head {
	struct frame_cursor body; /* behind both */
	size_t id_at;
	uint64_t id;
	bool is_cie;
};

static int read_head(const struct frame_section *section, size_t offset, struct head *ret_head,
		     size_t *ret_next)
{
	struct frame_cursor cursor = frame_cursor(&section->bytes, offset, section->bytes.bytes);
	uint64_t length = cursor_number(&cursor, 4);
	size_t id_bytes = 4;

	*ret_next = cursor.end;
	if (length == LENGTH_IS_64) {
		length = cursor_number(&cursor, 8);
		id_bytes = section->is_debug ? 8 : 4;
	}
	if (cursor.bad || length > cursor.end - cursor.at)
		return -EBADMSG;
	*ret_next = cursor.at + (size_t)length;
	if (length == 0)
		return -ENOENT;
	cursor.end = *ret_next;
	ret_head->id_at = cursor.at;
	ret_head->id = cursor_number(&cursor, id_bytes);
	if (section->is_debug)
		ret_head->is_cie = ret_head->id == (id_bytes == 8 ? UINT64_MAX : UINT32_MAX);
	else
		ret_head->is_cie = ret_head->id == 0;
	ret_head->body = cursor;
	return cursor.bad ? -EBADMSG : 0;
}

static int read_augmentation(struct frame_cursor *cursor, const char *letters,
			     struct frame_cie *cie)
{
	if (letters[0] == '\0')
		return 0;
	if (letters[0] != 'z')
		return -EBADMSG;
	uint64_t bytes = cursor_uleb(cursor);
	if (cursor->bad || bytes > cursor->end - cursor->at)
		return -EBADMSG;
	size_t end = cursor->at + (size_t)bytes;
	cie->augmented = true;
	for (letters++; *letters != '\0'; letters++) {
		if (*letters == 'R')
			cie->encoding = (uint8_t)cursor_number(cursor, 1);
		else if (*letters == 'P')
			(void)cursor_pointer(cursor, cursor_number(cursor, 1) & 0x7f, 0);
		else if (*letters == 'L')
			cie->handlers_encoding = (uint8_t)cursor_number(cursor, 1);
		else if (*letters == 'S')
			cie->signal = true;
		else
			break; /* unknown: the rest is skipped by its length */
	}
	cursor->bad = cursor->bad || cursor->at > end;
	cursor->at = end;
	return cursor->bad ? -EBADMSG : 0;
}

static int read_letters(struct frame_cursor *cursor, char letters[AUGMENTATION_MAX])
{
	for (size_t i = 0; i < AUGMENTATION_MAX; i++) {
		letters[i] = (char)cursor_number(cursor, 1);
		if (letters[i] == '\0')
			return cursor->bad ? -EBADMSG : 0;
	}
	return -EBADMSG;
}

static int read_cie(const struct frame_section *section, size_t offset, struct frame_cie *ret_cie)
{
	struct frame_cie cie = {.encoding = DW_EH_PE_absptr, .handlers_encoding = DW_EH_PE_omit};
	char letters[AUGMENTATION_MAX];
	struct head head;
	size_t next;

	if (read_head(section, offset, &head, &next) < 0 || !head.is_cie)
		return -EBADMSG;
	struct frame_cursor *cursor = &head.body;
	uint64_t version = cursor_number(cursor, 1);
	if ((version != 1 && version != 3 && version != 4) || read_letters(cursor, letters) < 0)
		return -EBADMSG;
	/* Size of an address and of a segment's selector. */
	if (version == 4 && (cursor_number(cursor, 1) != 8 || cursor_number(cursor, 1) != 0))
		return -EBADMSG;
	cie.code_align = cursor_uleb(cursor);
	cie.data_align = cursor_sleb(cursor);
	uint64_t return_register = version == 1 ? cursor_number(cursor, 1) : cursor_uleb(cursor);
	if (return_register != UNWIND_IP || read_augmentation(cursor, letters, &cie) < 0)
		return -EBADMSG;
	cie.program = cursor->at;
	cie.program_end = cursor->end;
	*ret_cie = cie;
	return cursor->bad ? -EBADMSG : 0;
}

/* A pointer to them of 0 is none, however it is counted. */
static void read_handlers(struct frame_cursor *cursor, struct frame_entry *entry)
{
	uint64_t bytes = cursor_uleb(cursor);
	struct frame_cursor pointer = *cursor;

	if (bytes > 0 && entry->cie.handlers_encoding != DW_EH_PE_omit)
		entry->has_handlers =
			cursor_pointer(&pointer, entry->cie.handlers_encoding & 0x0f, 0) != 0;
	cursor_skip(cursor, bytes);
}

static int read_range(struct frame_cursor *cursor, struct frame_entry *entry)
{
	uint8_t encoding = entry->cie.encoding;

	/* Indirect code makes no sense. */
	if (encoding & DW_EH_PE_indirect)
		return -EBADMSG;
	entry->start = cursor_pointer(cursor, encoding, 0);
	uint64_t length = cursor_pointer(cursor, encoding & 0x0f, 0);
	entry->has_handlers = false;
	if (entry->cie.augmented)
		read_handlers(cursor, entry);
	if (cursor->bad || length > UINT64_MAX - entry->start)
		return -EBADMSG;
	entry->end = entry->start + length;
	return 0;
}

int frame_entry_read(const struct frame_section *section, size_t offset,
		     struct frame_entry *ret_entry, size_t *ret_next)
{
	struct frame_entry entry;
	struct head head;
	int error = read_head(section, offset, &head, ret_next);

	if (error < 0)
		return error;
	if (head.is_cie)
		return -ENOENT;
	if (!section->is_debug && head.id > head.id_at)
		return -EBADMSG;
	error = read_cie(section, section->is_debug ? head.id : head.id_at - head.id, &entry.cie);
	if (error == 0)
		error = read_range(&head.body, &entry);
	if (error < 0)
		return error;
	entry.program = head.body.at;
	entry.program_end = head.body.end;
	*ret_entry = entry;
	return 0;
}
