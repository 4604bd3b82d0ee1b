/* SPDX-License-Identifier: Apache-2.0 */
/* The module files mapped into one process image, and since when. */
#ifndef ANALYZE_MODULES_H
#define ANALYZE_MODULES_H

#include <stddef.h>
#include <stdint.h>
#include <store/trace.h>

struct modules {
	struct trace_module *items; /* texts are ours */
	size_t count;
	size_t capacity;
};

/* A zeroed struct is empty. Copies the texts. -ENOMEM. */
int modules_add(struct modules *modules, const struct trace_module *module);
void modules_finish(struct modules *modules);
/* The module that holds the byte before a return address at that time; NULL if none does. */
const struct trace_module *modules_find(const struct modules *modules, uint64_t return_address,
					uint64_t time_ns);
/* The loaded module with this bias, for the caller to end; NULL if none. */
struct trace_module *modules_loaded(struct modules *modules, uint64_t bias);

/*
 * The place of a return address: relative to its module, or as it is where no
 * module holds it. Made in the trace if new.
 */
int modules_locate(const struct modules *modules, struct trace *trace, uint64_t return_address,
		   uint64_t time_ns, int64_t *ret_location);

#endif
