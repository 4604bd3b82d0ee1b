/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process that grows uses up: descriptors, ports that the kernel gives out, threads; and
 * after how many more marks one of them ends.
 */
#ifndef ANALYZE_SUPPLY_H
#define ANALYZE_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>
#include <store/trace.h>

struct growth_site;

enum supply { SUPPLY_FDS, SUPPLY_UDP, SUPPLY_TCP, SUPPLY_THREADS, SUPPLY__COUNT };

const char *supply_noun(enum supply supply);
/* Whether one of that kind and class takes some; ephemeral: it has a port that the kernel chose. */
bool supply_is_used(enum supply supply, const char *kind, const char *class_name, bool ephemeral);

struct port_range {
	unsigned low, high; /* 0: not known */
};

/* The ephemeral ports, as the trace has them. */
struct port_range supply_ports(struct trace *trace);

struct outlook {
	double used[SUPPLY__COUNT]; /* at the last mark */
	double slope[SUPPLY__COUNT];
	double capacity[SUPPLY__COUNT]; /* 0 unknown */
	double marks;			/* until the first of them is used up */
	enum supply first;
};

/* What the process has, and uses at that time. */
int outlook_open(struct trace *trace, int64_t process_id, uint64_t time_ns,
		 const struct port_range *range, struct outlook *ret_outlook);
/* A site of it that grows. */
int outlook_add(struct trace *trace, const struct growth_site *site, const struct port_range *range,
		struct outlook *outlook);
/*
 * Which ends first, of what that kind, and class, takes some of; class_name NULL: any class. False
 * if none does that is known, or only very late.
 */
bool outlook_ahead(struct outlook *outlook, const char *kind, const char *class_name);

#endif
