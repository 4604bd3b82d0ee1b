/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From spool to trace:  bench_ingest SPOOL [TRACE]   prints events, seconds, millions per second.
 * Without a trace: what decoding, ordering and delivering takes alone.
 */
#include "nowhere.inc.c"

#include <analyze/analyze.h>
#include <stdio.h>
#include <store/trace.h>
#include <time.h>

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct trace *trace = NULL;
	struct lifetimes *lifetimes = NULL;
	struct collector *collector = NULL;
	uint64_t events = 0;
	int ret = -1;
	const struct collect_sink *sink = &nowhere;
	if (argc != 2 && argc != 3) {
		fputs("usage: bench_ingest SPOOL [TRACE]\n", stderr);
		return 2;
	}
	double start = now_s();
	ret = argc == 3 ? trace_create(argv[2], &trace) : 0;
	if (!ret && trace)
		ret = lifetimes_create(trace, &lifetimes);
	if (!ret && trace)
		sink = lifetimes_sink(lifetimes);
	if (!ret)
		ret = collector_create(sink, &collector);
	if (!ret)
		ret = collector_add(collector, argv[1]);
	if (!ret)
		ret = collector_finish(collector, &events);
	if (!ret && trace)
		ret = lifetimes_finish(lifetimes);
	if (!ret && trace)
		ret = trace_commit(trace);
	double seconds = now_s() - start;
	collector_destroy(collector);
	lifetimes_destroy(lifetimes);
	trace_close(trace);
	if (ret) {
		fprintf(stderr, "bench_ingest: error %d\n", ret);
		return 1;
	}
	printf("%llu %.3f %.2f\n", (unsigned long long)events, seconds,
	       (double)events / seconds / 1e6);
	return 0;
}
