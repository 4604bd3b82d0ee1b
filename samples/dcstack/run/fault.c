/* SPDX-License-Identifier: Apache-2.0 */
#include <run/fault.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static const struct {
	const char *name, *what;
	bool is_ordinary;
} faults[] = {
#define DC_FAULT_SESSION true
#define DC_FAULT_PLAY false
#define DC_FAULT(id, fault_name, where, fault_what)                                                \
	[FAULT_##id] = {fault_name, fault_what, DC_FAULT_##where},
#include <run/faults.def>
#undef DC_FAULT
};

static atomic_bool on[FAULT_COUNT];

bool fault_on(enum fault fault)
{
	return atomic_load_explicit(&on[fault], memory_order_relaxed);
}

void fault_switch(enum fault fault, bool is_on)
{
	atomic_store(&on[fault], is_on);
}

int fault_set(const char *name)
{
	for (enum fault i = 0; i < FAULT_COUNT; i++) {
		if (strcmp(faults[i].name, name) != 0)
			continue;
		fault_switch(i, true);
		return 0;
	}
	return -ENOENT;
}

bool fault_is_ordinary(enum fault fault)
{
	return faults[fault].is_ordinary;
}

const char *fault_name(enum fault fault)
{
	return faults[fault].name;
}

const char *fault_what(enum fault fault)
{
	return faults[fault].what;
}
