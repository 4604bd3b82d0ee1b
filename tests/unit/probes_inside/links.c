/* SPDX-License-Identifier: Apache-2.0 */
/* Probed functions of this very file: their entries, values and returns; annotations. */
#include "play.inc.c"

#include "engine_inside.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <track/track.h>

TestSuite(links, .init = set_stage, .fini = clear_stage, .timeout = 60);

/* Functions whose instructions are known: where each `ret` is, has a name. */
uint64_t links_plain(uint64_t one, const void *two);
uint64_t links_recursive(uint64_t depth);
uint64_t links_jumps(uint64_t one);
uint64_t links_target(uint64_t one);
void links_nop(uint64_t what, uint64_t subject, uint64_t arg, uint64_t other, const char *text);
uint64_t links_leaves(uint64_t how);
void links_leave(void);
extern const char links_plain_ret[], links_recursive_ret[], links_target_ret[], links_leaves_ret[];

__asm__(".text\n"
	"links_plain:\n"
	"	lea 1(%rdi), %rax\n"
	"links_plain_ret:\n"
	"	ret\n"
	"links_recursive:\n"
	"	mov %rdi, %rax\n"
	"	test %rdi, %rdi\n"
	"	jz 1f\n"
	"	push %rdi\n"
	"	dec %rdi\n"
	"	call links_recursive\n"
	"	pop %rax\n"
	"1:\n"
	"links_recursive_ret:\n"
	"	ret\n"
	"links_jumps:\n"
	"	add $100, %rdi\n"
	"	jmp links_target\n"
	"links_target:\n"
	"	mov %rdi, %rax\n"
	"links_target_ret:\n"
	"	ret\n"
	"links_leaves:\n"
	"	sub $8, %rsp\n"
	"	mov $2, %eax\n"
	"	test %rdi, %rdi\n"
	"	jz 2f\n"
	"	call links_leave\n"
	"2:	add $8, %rsp\n"
	"links_leaves_ret:\n"
	"	ret\n"
	"links_nop:\n"
	"	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00\n"
	"	ret\n");

static char path[PATH_MAX];

/* Where in its file that instruction is. */
static uint64_t offset_of(const void *address)
{
	uint64_t start, end, offset, wanted = (uintptr_t)address, found = 0;
	char line[PATH_MAX + 128];
	FILE *maps = fopen("/proc/self/maps", "re");
	cr_assert(maps);
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    wanted >= start && wanted < end)
			found = wanted - start + offset;
	fclose(maps);
	cr_assert(found);
	cr_assert_gt(readlink("/proc/self/exe", path, sizeof(path) - 1), 0);
	return found;
}

static struct link *attach(enum link_program program, const void *address, uint64_t row)
{
	struct link *link = NULL;
	uint64_t offset = offset_of(address);
	cr_assert_eq(link_functions(stage.engine, program, path, &offset, &row, 1, &link), 0);
	return link;
}

static void set_row(uint32_t number, const struct probe_row *row)
{
	cr_assert_eq(engine_row_set(stage.engine, number, row), 0);
}

static const struct probe_row told_both = {
	.flags = PROBE_ROW_TELL_ENTRY | PROBE_ROW_TELL_RETURN | PROBE_ROW_STACK_ENTRY,
	.term_count = 2,
	.arg_count = 1,
	.terms = {{.root = PROBE_ROOT_ARG},
		  {.root = PROBE_ROOT_RETURN, .flags = PROBE_TERM_AT_RETURN}}};

struct inner {
	uint64_t pad;
	int32_t negative;
	int32_t other;
};

struct outer {
	uint64_t pad[2];
	const struct inner *inner;
};

static void call_plain(void)
{
	const struct inner inner = {.negative = -5, .other = 9};
	const struct outer outer = {.inner = &inner};
	links_plain(41, &outer);
	links_plain(7, NULL);
}

Test(links, values_are_read_at_the_entry_and_at_the_return)
{
	const struct probe_row row = {
		.flags = PROBE_ROW_TELL_ENTRY | PROBE_ROW_TELL_RETURN,
		.term_count = 4,
		.arg_count = 2,
		.terms = {{.root = PROBE_ROOT_ARG},
			  {.root = PROBE_ROOT_ARG,
			   .number = 1,
			   .flags = PROBE_TERM_INT,
			   .step_count = 2,
			   .steps = {16, 8}},
			  {.root = PROBE_ROOT_RETURN, .flags = PROBE_TERM_AT_RETURN},
			  {.root = PROBE_ROOT_ARG,
			   .number = 1,
			   .flags = PROBE_TERM_AT_RETURN,
			   .step_count = 2,
			   .steps = {16, 8}}}};
	set_row(3, &row);
	struct link *enter = attach(LINK_ENTER, links_plain, 3);
	struct link *leave = attach(LINK_RETURN, links_plain_ret, 3);
	perform(call_plain);
	link_destroy(enter);
	link_destroy(leave);
	const struct probe_function *entry = nth(PROBE_ENTER, 0), *end = nth(PROBE_RETURN, 0),
				    *second = nth(PROBE_RETURN, 1);
	cr_assert(entry && end && second);
	cr_assert_eq(entry->row, 3);
	cr_assert_eq(entry->values[0], 41);
	cr_assert_eq((int64_t)entry->values[1], -5);
	cr_assert_eq(entry->failed & 15, 12);
	cr_assert_neq(entry->caller, 0);
	cr_assert_eq(entry->head.stack_how, PROBE_STACK_NONE);
	cr_assert_eq(end->values[0], 41);
	cr_assert_eq((int64_t)end->values[1], -5);
	cr_assert_eq(end->values[2], 42);
	cr_assert_eq((int32_t)end->values[3], -5);
	cr_assert_eq(end->failed & 15, 0);
	cr_assert_eq(end->sp, entry->sp);
	cr_assert_eq(end->caller, entry->caller);
	cr_assert_leq(end->entry_ns, entry->head.time_ns);
	cr_assert_eq(second->values[2], 8);
	cr_assert_eq(second->failed & 15, 10);
}

Test(links, many_are_closed_at_once_and_none_stays)
{
	struct link *links[40];
	const size_t count = sizeof(links) / sizeof(*links);
	set_row(3, &told_both);
	for (size_t i = 0; i < count; i++)
		links[i] = attach(LINK_ENTER, links_plain, 3);
	links_destroy(links, count);
	links_destroy(links, 0);
	perform(call_plain);
	cr_assert_eq(count_of(PROBE_ENTER), 0);
}

static void call_recursive(void)
{
	links_recursive(3);
}

Test(links, each_return_of_a_recursion_finds_its_entry)
{
	set_row(0, &told_both);
	struct link *enter = attach(LINK_ENTER, links_recursive, 0);
	struct link *leave = attach(LINK_RETURN, links_recursive_ret, 0);
	perform(call_recursive);
	link_destroy(enter);
	link_destroy(leave);
	cr_assert_eq(count_of(PROBE_ENTER), 4);
	cr_assert_eq(count_of(PROBE_RETURN), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct probe_function *end = nth(PROBE_RETURN, i);
		cr_assert_eq(end->values[0], i);
		cr_assert_eq(end->values[1], i);
	}
	const struct probe_head *first = nth(PROBE_ENTER, 0);
	cr_assert_eq(first->stack_how, PROBE_STACK_SNAPSHOT);
}

static void call_jumping(void)
{
	links_jumps(5);
	links_target(6);
}

Test(links, a_jump_returns_for_who_jumped_and_for_who_was_jumped_to)
{
	set_row(1, &told_both);
	set_row(2, &told_both);
	struct link *both[] = {
		attach(LINK_ENTER, links_jumps, 1), attach(LINK_ENTER, links_target, 2),
		attach(LINK_RETURN, links_target_ret, 1), attach(LINK_RETURN, links_target_ret, 2)};
	perform(call_jumping);
	for (size_t i = 0; i < sizeof(both) / sizeof(*both); i++)
		link_destroy(both[i]);
	size_t jumps = 0, targets = 0;
	for (size_t i = 0; i < count_of(PROBE_RETURN); i++) {
		const struct probe_function *end = nth(PROBE_RETURN, i);
		jumps += end->row == 1 && end->values[0] == 5 && end->values[1] == 105;
		targets += end->row == 2 && end->values[0] == end->values[1];
	}
	cr_assert_eq(count_of(PROBE_RETURN), 3);
	cr_assert_eq(jumps, 1);
	cr_assert_eq(targets, 2);
}

static jmp_buf back;

__attribute__((used)) void links_leave(void)
{
	longjmp(back, 1);
}

static __attribute__((noinline)) void leave_by_jump(void)
{
	if (!setjmp(back))
		links_leaves(1);
	links_leaves(0);
}

Test(links, what_was_left_by_longjmp_does_not_return)
{
	set_row(0, &told_both);
	struct link *enter = attach(LINK_ENTER, links_leaves, 0);
	struct link *end = attach(LINK_RETURN, links_leaves_ret, 0);
	perform(leave_by_jump);
	link_destroy(enter);
	link_destroy(end);
	cr_assert_eq(stage.status, 0);
	cr_assert_eq(count_of(PROBE_ENTER), 2);
	cr_assert_eq(count_of(PROBE_RETURN), 1);
	const struct probe_function *returned = nth(PROBE_RETURN, 0);
	cr_assert_eq(returned->values[0], 0);
	cr_assert_eq(returned->values[1], 2);
}

static __attribute__((noinline)) void many(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
					   uint64_t e, uint64_t f, uint64_t seventh,
					   const char *eighth)
{
	said->values[0] = a + b + c + d + e + f + seventh + (uintptr_t)eighth;
}

static void call_many(void)
{
	char eighth[] = "the eighth";
	many(1, 2, 3, 4, 5, 6, 77, eighth);
}

Test(links, arguments_on_the_stack_and_texts_are_read)
{
	const struct probe_row row = {.flags = PROBE_ROW_TELL_ENTRY | PROBE_ROW_TEXT_ENTRY,
				      .term_count = 3,
				      .arg_count = 8,
				      .text = 1,
				      .terms = {{.root = PROBE_ROOT_ARG, .number = 6},
						{.root = PROBE_ROOT_ARG, .number = 7},
						{.root = PROBE_ROOT_ARG, .number = 200}}};
	set_row(9, &row);
	struct link *enter = attach(LINK_ENTER, (const void *)(uintptr_t)many, 9);
	perform(call_many);
	link_destroy(enter);
	const struct probe_function_text *event = nth(PROBE_ENTER, 0);
	cr_assert(event);
	cr_assert_eq(event->function.values[0], 77);
	cr_assert(event->function.head.flags & PROBE_HAS_TEXT);
	cr_assert_str_eq(event->text.text, "the eighth");
	cr_assert_eq(event->function.failed & 7, 4);
	cr_assert_eq(count_of(PROBE_RETURN), 0);
}

static void annotate(void)
{
	char tag[] = "a tag";
	links_nop(TRACK_OP_RETAIN | TRACK_KIND_OBJECT << 8, 1, 2, 3, tag);
	links_nop(TRACK_OP_RETAIN | TRACK_KIND_OBJECT << 8, 4, 5, 6, tag);
	links_nop(TRACK_OP_NAME | TRACK_KIND_OBJECT << 8, 4, 0, 0, tag);
	links_nop(TRACK_OP_NAME | TRACK_KIND_OBJECT << 8, 4, 0, 0, tag);
	links_nop(TRACK_OP_RETAIN | TRACK_KIND_OBJECT << 8, 4, 5, 6, (const char *)8);
	links_nop(250, 4, 5, 6, tag);
}

Test(links, annotations_carry_their_text_when_it_is_new)
{
	struct link *link = attach(LINK_ANNOTATION, links_nop, 0);
	perform(annotate);
	link_destroy(link);
	static const bool has_text[] = {true, false, true, true, true};
	cr_assert_eq(count_of(PROBE_ANNOTATION), 5);
	for (size_t i = 0; i < 5; i++) {
		const struct probe_annotation *event = nth(PROBE_ANNOTATION, i);
		cr_assert_eq(!!(event->head.flags & PROBE_HAS_TEXT), has_text[i], "the %zuth", i);
	}
	const struct probe_annotation_text *first = nth(PROBE_ANNOTATION, 0),
					   *bad = nth(PROBE_ANNOTATION, 4);
	cr_assert_eq(first->annotation.what & 0xff, TRACK_OP_RETAIN);
	cr_assert_eq(first->annotation.subject, 1);
	cr_assert_eq(first->annotation.arg, 2);
	cr_assert_eq(first->annotation.other, 3);
	cr_assert_str_eq(first->text.text, "a tag");
	cr_assert_eq(first->annotation.head.stack_how, PROBE_STACK_SNAPSHOT);
	cr_assert_eq(bad->text.bytes, 0);
	const struct probe_head *name = nth(PROBE_ANNOTATION, 2);
	cr_assert_eq(name->stack_how, PROBE_STACK_NONE);
}

static void annotate_and_fork(void)
{
	for (int i = 0; i < 3; i++)
		links_nop(TRACK_OP_RETAIN | TRACK_KIND_OBJECT << 8, 1, 0, 0, NULL);
	pid_t child = fork();
	links_nop(TRACK_OP_RETAIN | TRACK_KIND_OBJECT << 8, 2, 0, 0, NULL);
	if (!child)
		_exit(0);
	int status = -1;
	waitpid(child, &status, 0);
	said->values[0] = (uint64_t)status;
}

Test(links, a_child_of_who_annotates_lives)
{
	struct link *link = attach(LINK_ANNOTATION, links_nop, 0);
	perform(annotate_and_fork);
	link_destroy(link);
	cr_assert_eq(stage.status, 0);
	cr_assert_eq(said->values[0], 0, "the child ended with %lx", said->values[0]);
	cr_assert_eq(count_of(PROBE_ANNOTATION), 5);
}

/* A file of somebody else's looks as if it had a nop, and would make a file as root. */
Test(links, nothing_of_a_file_runs_but_its_nops)
{
	static const char mark[] = "/tmp/rtctrack_links_mark";
	char name[] = "/tmp/rtctrack_links_XXXXXX";
	/* clang-format off */
	static const unsigned char makes_file[] = {
		0x0f, 0x1f, 0x00,			  /* a nop of three bytes */
		0xeb, 0x02, 0xc3, 0xc3,			  /* jmp, over what is put behind five */
		0x48, 0x8d, 0x3d, 0x0d, 0x00, 0x00, 0x00, /* lea mark(%rip), %rdi */
		0xbe, 0x80, 0x01, 0x00, 0x00,		  /* mov $0600, %esi */
		0xb8, 0x55, 0x00, 0x00, 0x00,		  /* mov $SYS_creat, %eax */
		0x0f, 0x05, 0xc3};
	/* clang-format on */
	unsigned char page[4096] = {0};
	uint64_t offset = 16, row = 0;
	struct link *link = NULL;
	int fd = mkstemp(name);

	memcpy(page + offset, makes_file, sizeof(makes_file));
	memcpy(page + offset + sizeof(makes_file), mark, sizeof(mark));
	unlink(mark);
	cr_assert_eq(write(fd, page, sizeof(page)), (ssize_t)sizeof(page));
	int error = link_functions(stage.engine, LINK_ENTER, name, &offset, &row, 1, &link);
	link_destroy(link);
	unlink(name);
	close(fd);
	cr_assert_eq(error, 0);
	cr_assert_lt(access(mark, F_OK), 0);
}

Test(links, who_is_not_followed_is_not_told_of)
{
	set_row(0, &told_both);
	struct link *enter = attach(LINK_ENTER, links_recursive, 0);
	links_recursive(3);
	drain();
	link_destroy(enter);
	cr_assert_eq(stage.count, 0);
}

Test(links, a_link_that_cannot_be_leaves_nothing)
{
	struct link *link = NULL;
	const uint64_t offset = 1ull << 40, row = 0;
	cr_assert_lt(
		link_functions(stage.engine, LINK_ENTER, "/nonexistent", &offset, &row, 1, &link),
		0);
	cr_assert_lt(link_functions(stage.engine, LINK_ENTER, "/bin/true", &offset, &row, 1, &link),
		     0);
	cr_assert_lt(link_functions(stage.engine, LINK_ENTER, "/bin/true", &offset, &row, 0, &link),
		     0);
	cr_assert_null(link);
}

/* As where the kernel has no link for many functions. */
static void set_single_stage(void)
{
	const struct engine_options options = {.ring_bytes = 1 << 20,
					       .snapshot_bytes = 4096,
					       .stack_depth = 8,
					       .single_links = true};
	set_stage_with(&options);
}

TestSuite(single_links, .init = set_single_stage, .fini = clear_stage, .timeout = 120);

Test(single_links, tell_the_same)
{
	cr_assert(!links_are_cheap(stage.engine));
	set_row(0, &told_both);
	struct link *enter = attach(LINK_ENTER, links_recursive, 0);
	struct link *leave = attach(LINK_RETURN, links_recursive_ret, 0);
	perform(call_recursive);
	link_destroy(enter);
	link_destroy(leave);
	cr_assert_eq(count_of(PROBE_ENTER), 4);
	cr_assert_eq(count_of(PROBE_RETURN), 4);
}

Test(single_links, what_the_kernel_would_turn_is_not_probed)
{
	struct link *link = NULL;
	uint64_t offset = offset_of(links_nop), row = 0;
	int error = link_functions(stage.engine, LINK_ANNOTATION, path, &offset, &row, 1, &link);

	cr_expect_eq(error, stage.engine->turns_nops ? -ENOTSUP : 0);
	cr_expect_eq(link == NULL, error != 0);
	link_destroy(link);
}
