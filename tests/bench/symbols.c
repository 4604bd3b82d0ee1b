/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From addresses to names:  bench_symbols STACKS ADDRESSES MODULE...
 * Makes a trace of so many stacks of 64 frames, which are so many addresses in the code
 * of the modules, and prints: stacks, frames, locations, named ones, seconds for places,
 * seconds for symbols.
 */
#include <analyze/analyze.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trace.h>
#include <time.h>
#include <unistd.h>

#include "symbolise.h"

enum { DEPTH = 64, MODULES_MAX = 64 };

struct code {
	uint64_t start, end; /* of the executable segment, as in the file */
};

static uint64_t random_state = 1;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t bias_of(int module)
{
	return (uint64_t)(module + 1) << 32;
}

static struct code find_code(const char *path)
{
	struct code code = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	GElf_Shdr section;
	for (Elf_Scn *s = NULL; elf && (s = elf_nextscn(elf, s));)
		if (gelf_getshdr(s, &section) && section.sh_flags & SHF_EXECINSTR &&
		    section.sh_size > code.end - code.start)
			code = (struct code){section.sh_addr, section.sh_addr + section.sh_size};
	elf_end(elf);
	close(fd);
	return code;
}

static int add_modules(struct trace *trace, int64_t process, char **paths, int count,
		       struct code *ret_code)
{
	int ret = 0;
	for (int i = 0; ret == 0 && i < count; i++) {
		ret_code[i] = find_code(paths[i]);
		struct trace_module module = {.process_id = process,
					      .bias = bias_of(i),
					      .start = bias_of(i),
					      .end = bias_of(i + 1),
					      .loaded_ns = 1,
					      .path = paths[i],
					      .build_id = ""};
		if (ret_code[i].end == 0)
			ret = -1;
		else
			ret = trace_put_module(trace, &module);
	}
	return ret;
}

static int add_stacks(struct trace *trace, int64_t process, long stacks, const uint64_t *pool,
		      uint64_t pool_size)
{
	uint64_t addresses[DEPTH];
	int64_t id;
	int ret = 0;
	for (long i = 0; ret == 0 && i < stacks; i++) {
		for (int j = 0; j < DEPTH; j++)
			addresses[j] = pool[next_random() % pool_size];
		ret = trace_add_stack(trace, process, (uint64_t)i + 1, 2, addresses, DEPTH, &id);
	}
	return ret;
}

static long long count_of(struct trace *trace, const char *sql)
{
	struct trace_query *query;
	long long count = -1;
	if (trace_query(trace, sql, &query) == 0 && trace_query_step(query) == 1)
		count = trace_query_int(query, 0);
	trace_query_destroy(query);
	return count;
}

static int measure(struct trace *trace, long stacks)
{
	double start = now_s();
	int ret = analyze_places(trace, NULL);
	double placed = now_s();
	if (!ret)
		ret = symbolise(trace, NULL);
	if (!ret)
		ret = trace_commit(trace);
	double named = now_s();
	if (!ret)
		printf("%ld %lld %lld %lld %.3f %.3f\n", stacks,
		       count_of(trace, "SELECT count(*) FROM stack_frame"),
		       count_of(trace, "SELECT count(*) FROM location"),
		       count_of(trace, "SELECT count(DISTINCT location_id) FROM frame"),
		       placed - start, named - placed);
	return ret;
}

int main(int argc, char **argv)
{
	struct trace *trace = NULL;
	struct trace_process process = {.pid = 1,
					.code = INT32_MIN,
					.origin = "start",
					.exe = "/bench",
					.command = "bench",
					.end = "exit"};
	struct code code[MODULES_MAX];
	int modules = argc - 3;
	if (modules < 1 || modules > MODULES_MAX || atol(argv[1]) < 1 || atol(argv[2]) < 1) {
		fputs("usage: bench_symbols STACKS ADDRESSES MODULE...\n", stderr);
		return 2;
	}
	uint64_t count = (uint64_t)atol(argv[2]);
	uint64_t *pool = calloc(count, sizeof(*pool));
	elf_version(EV_CURRENT);
	int ret = pool ? trace_create(NULL, &trace) : -1;
	if (!ret)
		ret = trace_put_process(trace, &process);
	if (!ret)
		ret = add_modules(trace, process.id, argv + 3, modules, code);
	for (uint64_t i = 0; !ret && i < count; i++) {
		int module = (int)(next_random() % (uint64_t)modules);
		pool[i] = bias_of(module) + code[module].start + 1 +
			  next_random() % (code[module].end - code[module].start);
	}
	if (!ret)
		ret = add_stacks(trace, process.id, atol(argv[1]), pool, count);
	if (!ret)
		ret = trace_commit(trace);
	if (!ret)
		ret = measure(trace, atol(argv[1]));
	if (ret)
		fprintf(stderr, "bench_symbols: error %d\n", ret);
	trace_close(trace);
	free(pool);
	return ret ? 1 : 0;
}
