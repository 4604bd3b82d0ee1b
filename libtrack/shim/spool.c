/* SPDX-License-Identifier: Apache-2.0 */
#include "spool.h"
#include "budget.h"
#include "clock.h"
#include "path.h"
#include "tables.h"
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PAGE 4096u
#define USAGE_PER_PAGE (PAGE / sizeof(struct track_fd_usage))
#define ADDRESS_SHARE 8	      /* of RLIMIT_AS, for all of us */
#define USAGE_SMALL 4096u     /* where a file size limit leaves little room */
#define CONFINED_SEGMENTS 32u /* made ready before a seccomp filter is set up */
#define CONFINED_USAGE 4096u

static struct {
	struct track_spool *header;
	struct track_fd_usage *usage;
	char *segments;
	uint64_t size;
	/* Pages of the usage table that were made ready. */
	uint64_t usage_pages[TRACK_USAGE_MAX / USAGE_PER_PAGE / 64];
	int usage_end;
	uint32_t ready_end; /* segments below need no system call any more */
} spool;

void spool_note(enum track_note note, uint64_t count)
{
	if (spool.header)
		__atomic_fetch_add(&spool.header->notes[note], count, __ATOMIC_RELAXED);
}

int spool_make_ready(void *start, size_t bytes)
{
	long ret = sys3(SYS_mprotect, (long)start, (long)bytes, PROT_READ | PROT_WRITE);
	if (!ret)
		ret = sys3(SYS_madvise, (long)start, (long)bytes, MADV_POPULATE_WRITE);
	return (int)ret;
}

static uint64_t limit_of(int resource)
{
	struct rlimit limit;
	if (sys4(SYS_prlimit64, 0, resource, 0, (long)&limit) || limit.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	return limit.rlim_cur;
}

static uint32_t fd_limit(void)
{
	uint64_t limit = limit_of(RLIMIT_NOFILE);
	return limit < UINT32_MAX ? (uint32_t)limit : 0;
}

bool spool_tell_fd_limit(void)
{
	if (!spool.header || writers_confined())
		return true;
	spool.header->fd_limit = fd_limit();
	return limit_of(RLIMIT_NOFILE) != 0;
}

/* The host needs most of a limited address space itself. */
uint64_t spool_address_room(void)
{
	uint64_t space = limit_of(RLIMIT_AS);
	return space == UINT64_MAX ? space : space / ADDRESS_SHARE;
}

static uint64_t size_limit(void)
{
	uint64_t file = limit_of(RLIMIT_FSIZE), space = spool_address_room();
	if (space != UINT64_MAX)
		space -= space / 4;
	return file < space ? file : space;
}

struct layout {
	uint32_t usage_count;
	uint32_t segment_count;
	struct tables_layout tables;
	uint64_t segments_offset;
	uint64_t size;
};

static int choose_layout(uint64_t cap_bytes, struct layout *ret_layout)
{
	uint64_t limit = size_limit();
	uint64_t usage_full = TRACK_USAGE_MAX * sizeof(struct track_fd_usage);
	struct layout l = {.usage_count = limit < usage_full + usage_full / 2 ? USAGE_SMALL
									      : TRACK_USAGE_MAX};
	uint64_t fixed = TRACK_HEADER_BYTES + l.usage_count * sizeof(struct track_fd_usage);
	if (limit < fixed + TRACK_SEGMENT_BYTES)
		return -EFBIG;
	l.tables = tables_choose(limit - fixed, writers_count());
	l.segments_offset = fixed + l.tables.bytes;
	uint64_t room = limit - l.segments_offset;
	uint64_t wanted = cap_bytes < room ? cap_bytes : room;
	l.segment_count = (uint32_t)(wanted / TRACK_SEGMENT_BYTES > TRACK_SEGMENTS_MAX
					     ? TRACK_SEGMENTS_MAX
					     : wanted / TRACK_SEGMENT_BYTES);
	if (!l.segment_count)
		l.segment_count = 1;
	l.size = l.segments_offset + (uint64_t)l.segment_count * TRACK_SEGMENT_BYTES;
	*ret_layout = l;
	return 0;
}

/* Field 22 of /proc/self/stat; the name in field 2 may hold anything but ends at the last ')'. */
static uint64_t start_ticks(void)
{
	static char text[1024];
	long fd = sys3(SYS_open, (long)"/proc/self/stat", O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	long size = sys3(SYS_read, fd, (long)text, sizeof(text) - 1);
	sys3(SYS_close, fd, 0, 0);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	const char *at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	uint64_t ticks = 0;
	for (at = at ? at + 1 : ""; *at >= '0' && *at <= '9'; at++)
		ticks = ticks * 10 + (uint64_t)(*at - '0');
	return ticks;
}

static uint64_t pid_namespace(void)
{
	struct stat st = {0};
	return sys3(SYS_stat, (long)"/proc/self/ns/pid", (long)&st, 0) ? 0 : st.st_ino;
}

static void fill_header(struct track_spool *header, const struct layout *layout,
			const struct spool_options *options)
{
	header->version = TRACK_WIRE_VERSION;
	header->header_bytes = TRACK_HEADER_BYTES;
	header->usage_offset = TRACK_HEADER_BYTES;
	header->segments_offset = layout->segments_offset;
	tables_tell(header, &layout->tables, layout->segments_offset - layout->tables.bytes);
	header->usage_count = layout->usage_count;
	header->segment_count = layout->segment_count;
	header->segment_bytes = TRACK_SEGMENT_BYTES;
	header->pid = (int32_t)sys3(SYS_getpid, 0, 0, 0);
	header->ppid = (int32_t)sys3(SYS_getppid, 0, 0, 0);
	header->origin = options->origin;
	header->start_ns = clock_ns();
	header->realtime_ns = clock_realtime_ns();
	header->start_ticks = start_ticks();
	header->exit_code = -1;
	header->stack_depth = options->stack_depth;
	header->fd_limit = fd_limit();
	header->pid_namespace = pid_namespace();
	header->settled_ns = budget_is_beside();
	memcpy(header->magic, TRACK_SPOOL_MAGIC, sizeof(header->magic));
}

/* Open, size and map a file of this layout; its descriptor is closed again. */
static int map_file(const char *path, const struct layout *layout, void **ret_map)
{
	long fd = sys3(SYS_open, (long)path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		       0600);
	if (fd < 0)
		return (int)fd;
	long ret = sys3(SYS_ftruncate, fd, (long)layout->size, 0);
	if (!ret)
		ret = sys6(SYS_mmap, 0, (long)layout->size, PROT_NONE, MAP_SHARED | MAP_NORESERVE,
			   fd, 0);
	sys3(SYS_close, fd, 0, 0);
	if (ret < 0 && ret > -4096)
		return (int)ret;
	/* No readahead: it would fill the sparse file with zeros, megabytes at a time. */
	sys3(SYS_madvise, ret, (long)layout->size, MADV_RANDOM);
	*ret_map = (void *)ret;
	return 0;
}

/* A map of 1 GiB may not fit a limited address space: then take less. */
static int map_what_fits(const char *path, struct layout *layout, void **ret_map)
{
	for (;;) {
		int ret = map_file(path, layout, ret_map);
		if (ret != -ENOMEM || layout->segment_count < 16)
			return ret;
		sys3(SYS_unlink, (long)path, 0, 0);
		uint64_t dropped = (uint64_t)(layout->segment_count - layout->segment_count / 2);
		layout->size -= dropped * TRACK_SEGMENT_BYTES;
		layout->segment_count /= 2;
	}
}

static void use_map(struct track_spool *header, const struct layout *layout)
{
	if (spool.header)
		sys3(SYS_munmap, (long)spool.header, (long)spool.size, 0);
	spool.header = header;
	spool.size = layout->size;
	spool.usage = (void *)((char *)header + header->usage_offset);
	spool.segments = (char *)header + header->segments_offset;
	memset(spool.usage_pages, 0, sizeof(spool.usage_pages));
	spool.usage_end = 0;
	spool.ready_end = 0;
	tables_use(header);
}

int spool_create(const struct spool_options *options)
{
	budget_open(options->folder);
	struct layout layout;
	int ret = choose_layout(options->cap_bytes, &layout);
	if (ret)
		return ret;

	/* Complete before it gets its name, so that a reader never sees half a header. */
	static char temporary[4200], final[4200]; /* there is only one thread yet */
	uint64_t pid = (uint64_t)sys3(SYS_getpid, 0, 0, 0);
	uint64_t unique = clock_ns();
	if (!path_spool(temporary, sizeof(temporary), options->folder, pid, unique, ".tmp") ||
	    !path_spool(final, sizeof(final), options->folder, pid, unique, TRACK_SPOOL_SUFFIX))
		return -ENAMETOOLONG;
	void *map = NULL;
	ret = map_what_fits(temporary, &layout, &map);
	if (ret)
		return ret;
	ret = spool_make_ready(map, TRACK_HEADER_BYTES);
	if (!ret) {
		fill_header(map, &layout, options);
		ret = (int)sys3(SYS_rename, (long)temporary, (long) final, 0);
	}
	if (ret) {
		sys3(SYS_munmap, (long)map, (long)layout.size, 0);
		sys3(SYS_unlink, (long)temporary, 0, 0);
		return ret;
	}
	sys3(SYS_madvise, (long)map, (long)layout.size, MADV_DONTDUMP);
	use_map(map, &layout);
	return 0;
}

static struct track_segment *segment_at(uint32_t index)
{
	return (void *)(spool.segments + (uint64_t)index * TRACK_SEGMENT_BYTES);
}

static int take_returned(void)
{
	for (uint32_t word = 0; word < TRACK_SEGMENTS_MAX / 64; word++) {
		uint64_t *bits = &spool.header->free_segments[word];
		uint64_t seen = __atomic_load_n(bits, __ATOMIC_RELAXED);
		while (seen) {
			uint64_t bit = seen & -seen;
			uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bit);
			seen = __atomic_fetch_and(bits, ~bit, __ATOMIC_ACQUIRE);
			if ((seen & bit) && index < spool.header->segment_count)
				return (int)index;
			seen &= ~bit;
		}
	}
	return -1;
}

/* The next segment that was never used; -1: none is left in this spool. */
static int next_unused(void)
{
	uint32_t *used = &spool.header->segments_used;
	uint32_t index = __atomic_load_n(used, __ATOMIC_RELAXED);
	uint32_t end = writers_confined() ? spool.ready_end : spool.header->segment_count;
	do {
		if (index >= end)
			return -1;
	} while (!__atomic_compare_exchange_n(used, &index, index + 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return (int)index;
}

/* The last one taken can be given up; one in the middle stays unused. */
static void give_up(uint32_t index)
{
	uint32_t next = index + 1;
	__atomic_compare_exchange_n(&spool.header->segments_used, &next, index, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static int take_new(enum track_note *ret_reason)
{
	int index = next_unused();
	*ret_reason = writers_confined() ? TRACK_NOTE_LOST_SANDBOX : TRACK_NOTE_LOST_SPOOL_FULL;
	if (index < 0 || (uint32_t)index < spool.ready_end)
		return index;
	if (!budget_take()) {
		give_up((uint32_t)index);
		return -1;
	}
	if (!spool_make_ready(segment_at((uint32_t)index), TRACK_SEGMENT_BYTES))
		return index;
	budget_return();
	give_up((uint32_t)index);
	*ret_reason = TRACK_NOTE_LOST_DISK_FULL;
	return -1;
}

static bool usage_page_ready(uint32_t page, bool make)
{
	uint64_t bit = 1ull << page % 64;
	uint64_t *word = &spool.usage_pages[page / 64];
	if (__atomic_load_n(word, __ATOMIC_ACQUIRE) & bit)
		return true;
	if (!make || writers_confined() ||
	    spool_make_ready((char *)spool.usage + (uint64_t)page * PAGE, PAGE))
		return false;
	__atomic_fetch_or(word, bit, __ATOMIC_RELEASE);
	return true;
}

void spool_make_room(void)
{
	if (!spool.header)
		return;
	for (int fd = 0; fd < (int)CONFINED_USAGE; fd += (int)USAGE_PER_PAGE)
		if ((uint32_t)fd < spool.header->usage_count)
			usage_page_ready((uint32_t)fd / USAGE_PER_PAGE, true);
	uint32_t index = __atomic_load_n(&spool.header->segments_used, __ATOMIC_RELAXED);
	uint32_t end = index + CONFINED_SEGMENTS;
	if (end > spool.header->segment_count)
		end = spool.header->segment_count;
	while (index < end && budget_take()) {
		if (spool_make_ready(segment_at(index), TRACK_SEGMENT_BYTES)) {
			budget_return();
			break;
		}
		index++;
	}
	spool.ready_end = index;
	spool.header->segments_ready = index;
	tables_make_room();
}

struct track_segment *spool_take_segment(uint32_t tid, enum track_note *ret_reason)
{
	int index = take_returned();
	if (index < 0)
		index = take_new(ret_reason);
	if (index < 0)
		return NULL;
	struct track_segment *segment = segment_at((uint32_t)index);
	segment->tid = tid;
	segment->epoch++;
	__atomic_store_n(&segment->reserved, (uint32_t)sizeof(*segment), __ATOMIC_RELAXED);
	__atomic_store_n(&segment->state, TRACK_SEGMENT_TAKEN, __ATOMIC_RELEASE);
	return segment;
}

void spool_untake_segment(struct track_segment *segment)
{
	uint32_t index = (uint32_t)(((char *)segment - spool.segments) / TRACK_SEGMENT_BYTES);
	__atomic_store_n(&segment->state, TRACK_SEGMENT_FREE, __ATOMIC_RELEASE);
	__atomic_fetch_or(&spool.header->free_segments[index / 64], 1ull << index % 64,
			  __ATOMIC_RELEASE);
}

struct track_fd_usage *spool_usage(int fd, bool make)
{
	if (!spool.header || fd < 0 || (uint32_t)fd >= spool.header->usage_count ||
	    !usage_page_ready((uint32_t)fd / USAGE_PER_PAGE, make))
		return NULL;
	if (make) {
		int end = __atomic_load_n(&spool.usage_end, __ATOMIC_RELAXED);
		while (end <= fd &&
		       !__atomic_compare_exchange_n(&spool.usage_end, &end, fd + 1, false,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			;
	}
	return &spool.usage[fd];
}

int spool_usage_end(void)
{
	return __atomic_load_n(&spool.usage_end, __ATOMIC_RELAXED);
}

const uint32_t *spool_hold(uint32_t tid, uint64_t time_ns)
{
	if (!spool.header)
		return NULL;
	spool.header->held_tid = tid;
	__atomic_store_n(&spool.header->held_ns, time_ns, __ATOMIC_RELEASE);
	return &spool.header->let_go;
}

void spool_free(uint64_t time_ns)
{
	if (spool.header)
		__atomic_store_n(&spool.header->freed_ns, time_ns, __ATOMIC_RELEASE);
}

void spool_exit_begun(uint32_t tid, uint64_t time_ns)
{
	uint32_t none = 0;
	if (spool.header && __atomic_compare_exchange_n(&spool.header->exit_tid, &none, tid, false,
							__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		__atomic_store_n(&spool.header->exit_begun_ns, time_ns, __ATOMIC_RELEASE);
}

void spool_exiting(int exit_code, uint64_t time_ns)
{
	if (!spool.header)
		return;
	spool.header->exit_code = exit_code;
	spool.header->end_ns = time_ns;
	__atomic_store_n(&spool.header->state, TRACK_STATE_EXITING, __ATOMIC_RELEASE);
}

void spool_goes_on(void)
{
	if (!spool.header)
		return;
	spool.header->end_ns = 0;
	__atomic_store_n(&spool.header->state, TRACK_STATE_RUNNING, __ATOMIC_RELEASE);
}
