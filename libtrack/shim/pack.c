/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"
#include "module.h"
#include "spool.h"
#include "writer.h"

#include <string.h>
#include <track/pack.h>

#define PACKS 32
#define NAMES_BYTES 512

static struct {
	const struct track_pack *pack;
	uint64_t start;
	uint64_t end;
} packs[PACKS];

static uint32_t pack_count;

/* All code of ours and of packs lies in there; much else does not. */
static struct {
	uint64_t start;
	uint64_t end;
} hull;

extern const char etext[] __attribute__((visibility("hidden")));

static void tell_names(struct writer *writer)
{
	char names[NAMES_BYTES];
	size_t used = 0;
	for (uint32_t i = 0; i < pack_count; i++) {
		size_t size = strlen(packs[i].pack->name);
		if (size + 1 > sizeof(names) - used)
			break;
		memcpy(names + used, packs[i].pack->name, size);
		used += size;
		names[used++] = ' ';
	}
	if (used)
		writer_emit_data(writer, TRACK_META_PROCESS, 0, TRACK_CALL_none, used - 1, 0,
				 TRACK_NAME_ARG(TRACK_PROCESS_PACKS, used - 1), names, used - 1);
}

static void widen_hull(uint64_t start, uint64_t end)
{
	if (!hull.end) {
		hull.start = (uintptr_t)&__ehdr_start;
		hull.end = (uintptr_t)etext;
	}
	if (start < hull.start)
		hull.start = start;
	if (end > hull.end)
		hull.end = end;
}

/* From constructors, so from one thread, before a program's own. */
SHIM_EXPORT void track_shim_pack_begin(const struct track_pack *pack, uint64_t start, uint64_t end,
				       uint64_t hidden)
{
	if (pack_count == PACKS)
		return;
	packs[pack_count].pack = pack;
	packs[pack_count].start = start;
	packs[pack_count].end = end;
	widen_hull(start, end);
	__atomic_store_n(&pack_count, pack_count + 1, __ATOMIC_RELEASE);
	struct writer *writer = writer_get();
	if (!writer)
		return;
	tell_names(writer);
	if (hidden)
		spool_note(TRACK_NOTE_PACK_HIDDEN, hidden);
}

void packs_record_all(struct writer *writer, bool forked)
{
	if (forked)
		releases_restart();
	tell_names(writer);
}

static bool is_wrapper(uint64_t address)
{
	if (address < hull.start || address >= hull.end)
		return false;
	if (address >= (uintptr_t)&__ehdr_start && address < (uintptr_t)etext)
		return true;
	for (uint32_t i = 0; i < pack_count; i++)
		if (address >= packs[i].start && address < packs[i].end)
			return true;
	return false;
}

size_t packs_leave_out(uint64_t *addresses, size_t count)
{
	size_t left = 0;
	if (likely(!pack_count))
		return count;
	for (size_t i = 0; i < count; i++)
		if (!is_wrapper(addresses[i]))
			addresses[left++] = addresses[i];
	return left;
}

size_t packs_frames(void)
{
	return pack_count ? PACK_FRAMES_MAX : 0;
}

SHIM_EXPORT void track_shim_pack_note(uint64_t trouble)
{
	if (trouble == TRACK_PACK_LAYOUT)
		spool_note(TRACK_NOTE_PACK_LAYOUT, 1);
}
