/* SPDX-License-Identifier: Apache-2.0 */
#include "trace_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "options.h"
#include "pack_choice.h"
#include "pack_facts.h"
#include "road.h"
#include "settle.h"
#include "thread_limit.h"

/* The ports that the kernel gives to sockets that ask for none, "low-high". */
static int write_port_range(struct trace *trace)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned low, high;
	char range[32];
	int found;

	if (!file)
		return 0;
	found = fscanf(file, "%u %u", &low, &high);
	fclose(file);
	if (found != 2)
		return 0;
	snprintf(range, sizeof(range), "%u-%u", low, high);
	return trace_set_meta(trace, "port_range", range);
}

static int write_thread_limit(struct trace *trace)
{
	uint64_t limit = thread_limit();
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, limit);
	return limit ? trace_set_meta(trace, "thread_limit", text) : 0;
}

static int write_meta(struct trace *trace, const char *command, const char *engine)
{
	struct utsname host;
	struct timespec now;
	char started[32];
	int r;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(started, sizeof(started), "%llu",
		 (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec);
	r = trace_set_meta(trace, "rtctrack_version", RTCTRACK_VERSION);
	if (r == 0)
		r = trace_set_meta(trace, "command", command);
	if (r == 0)
		r = trace_set_meta(trace, "engine", engine);
	if (r == 0)
		r = trace_set_meta(trace, "started_at", started);
	if (r == 0 && uname(&host) == 0)
		r = trace_set_meta(trace, "host", host.nodename);
	if (r == 0)
		r = write_port_range(trace);
	if (r == 0)
		r = write_thread_limit(trace);
	return r;
}

/* What the packs say that were given as files; the trace knows those that come with us. */
static int write_packs(struct trace *trace, const struct option_texts *names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++)
		if (pack_choice_is_yaml(names->items[i]))
			r = pack_facts_write_file(trace, names->items[i]);
	return r;
}

static int write_settle(struct trace *trace, uint64_t settle_ns)
{
	char text[24];

	if (!settle_ns)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, settle_ns);
	return trace_set_meta(trace, "settle_ns", text);
}

int trace_facts_write(struct trace *trace, const struct options *options, const char *command,
		      const char *engine)
{
	struct road_times times = options_times(options);
	int r = write_meta(trace, command, engine);

	if (r == 0)
		r = write_packs(trace, &options->packs);
	if (r == 0)
		r = road_set_times(trace, &times);
	if (r == 0)
		r = write_settle(trace, settle_most_ns(options));
	return r;
}
