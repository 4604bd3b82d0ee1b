/* SPDX-License-Identifier: Apache-2.0 */
/* A session that is told events by a test instead of the kernel, and what its spools say. */
#include "../collect/log.inc.c"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <session.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PID 0x7ffffff0u /* above any pid_max, so /proc has nothing of it */
#define IMAGE 5u

static char folder[64];
static struct session *session;
static struct log record;

/* The kernel's side, as the test has it. */
static struct track_traffic counted[64]; /* of image IMAGE, by number */
static uint32_t traced_image;		 /* of PID now; 0: it is gone */
static uint64_t traced_lost;

static int fake_trace(void *context, uint32_t tgid, uint32_t *ret_image)
{
	(void)context, (void)tgid;
	*ret_image = IMAGE - 1;
	return 0;
}

static int fake_traced(void *context, uint32_t tgid, struct probe_traced *ret_traced)
{
	(void)context, (void)tgid;
	if (!traced_image)
		return -2;
	*ret_traced = (struct probe_traced){.image = traced_image, .lost = traced_lost};
	return 0;
}

static int fake_take_traffic(void *context, uint32_t image, uint32_t fd,
			     struct track_traffic *ret_traffic)
{
	(void)context, (void)image;
	if (fd >= 64 || !counted[fd].out_count)
		return -2;
	*ret_traffic = counted[fd];
	counted[fd] = (struct track_traffic){0};
	return 0;
}

static void session_start(void)
{
	strcpy(folder, "/tmp/unit_probes_XXXXXX");
	cr_assert(not(zero(ptr, mkdtemp(folder))));
	const struct session_options options = {
		.folder = folder,
		.cap_bytes = 16 * TRACK_SEGMENT_BYTES,
		.stack_depth = 16,
		.kernel = {.trace = fake_trace,
			   .traced = fake_traced,
			   .take_traffic = fake_take_traffic},
	};
	cr_assert(eq(int, session_create(&options, &session), 0));
}

static void session_stop(void)
{
	char path[400];
	session_destroy(session);
	DIR *dir = opendir(folder);
	for (struct dirent *entry; (entry = readdir(dir));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(folder);
}

/* What a collector makes of the folder. */
static inline const char *told(void)
{
	struct collector *collector;
	struct collect_sink sink = log_sink(&record);
	uint64_t events;
	record = (struct log){0};
	cr_assert(eq(int, collector_create(&sink, &collector), 0));
	cr_assert(eq(int, collector_add(collector, folder), 0));
	cr_assert(eq(int, collector_finish(collector, &events), 0));
	collector_destroy(collector);
	return record.text;
}

static inline struct probe_head head_of(uint32_t image, uint32_t tid, uint64_t time_ns,
					enum probe_type type, size_t bytes)
{
	return (struct probe_head){.time_ns = time_ns,
				   .tgid = PID,
				   .tid = tid,
				   .image = image,
				   .type = (uint16_t)type,
				   .bytes = (uint32_t)bytes};
}

#define HEAD(type, tid, time) head_of(IMAGE, tid, time, PROBE_##type, sizeof(event))
#define SEND(event) cr_assert(eq(int, session_event(session, &(event).head), 0))

static inline void send_bits(uint32_t image, enum probe_bits_why why, uint64_t open)
{
	struct probe_bits event = {.why = why, .open = {open}};
	event.head = head_of(image, PID, 90, PROBE_BITS_OPEN, sizeof(event));
	if (open)
		SEND(event);
}

/* The program begins, with the numbers of these bits open. */
static inline void send_exec(uint64_t time_ns, uint32_t old_image, uint32_t image, uint64_t open)
{
	struct probe_exec event = {
		.old_image = old_image, .parent = 1, .start_ns = 70000000, .path = {.text = "x"}};
	event.head = head_of(image, PID, time_ns, PROBE_EXEC, sizeof(event));
	event.path.bytes = 1;
	send_bits(image, PROBE_BITS_EXEC, open);
	SEND(event);
}

static inline void send_open(uint32_t tid, uint64_t time_ns, int fd)
{
	struct probe_open event = {
		.fd = fd,
		.from = -1,
		.nr = SYS_socket,
		.call = TRACK_CALL_socket,
		.file = {.mode = S_IFSOCK | 0777, .family = AF_INET, .type = SOCK_DGRAM}};
	event.head = HEAD(OPEN, tid, time_ns);
	SEND(event);
}

static inline void send_close(uint32_t tid, uint64_t time_ns, int fd, uint64_t sent)
{
	struct probe_close event = {.fd = fd,
				    .nr = SYS_close,
				    .call = TRACK_CALL_close,
				    .traffic = {.out_count = sent, .out_bytes = 8 * sent}};
	event.head = HEAD(CLOSE, tid, time_ns);
	SEND(event);
}

/* A close of what was not open. */
static inline void send_unopened(uint32_t tid, uint64_t time_ns, int fd)
{
	struct probe_close event = {
		.fd = fd, .nr = SYS_close, .call = TRACK_CALL_close, .error = 9};
	event.head = HEAD(CLOSE, tid, time_ns);
	event.head.flags = PROBE_LATE;
	SEND(event);
}

static inline void send_end(uint64_t time_ns, int status, uint64_t open)
{
	struct probe_end event = {.status = status};
	event.head = HEAD(END, PID, time_ns);
	send_bits(IMAGE, PROBE_BITS_END, open);
	SEND(event);
}
