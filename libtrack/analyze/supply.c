/* SPDX-License-Identifier: Apache-2.0 */
#include "supply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "growth.h"
#include "word.h"

enum { MARKS_MOST = 1000000 /* what is farther is no news */ };

static const char used_sql[] =
	"SELECT kind, class, local_address FROM resource WHERE process_id = ?1 "
	"AND kind IN ('fd', 'thread') "
	"AND birth_ns < ?2 AND (death_ns IS NULL OR death_ns >= ?2) AND ending IS NOT 'unseen'";
static const char limit_sql[] = "SELECT fd_limit FROM process WHERE id = ?1";
static const char address_sql[] = "SELECT local_address FROM resource WHERE id = ?1";

static const struct {
	const char *noun;
	enum track_kind kind;
	enum track_fd_class fd_class; /* of the sockets that use it up; OTHER: all of the kind do */
} supplies[SUPPLY__COUNT] = {
	[SUPPLY_FDS] = {"descriptors", TRACK_KIND_FD, TRACK_FD_CLASS_OTHER},
	[SUPPLY_UDP] = {"ephemeral UDP ports", TRACK_KIND_FD, TRACK_FD_CLASS_UDP},
	[SUPPLY_TCP] = {"ephemeral TCP ports", TRACK_KIND_FD, TRACK_FD_CLASS_TCP},
	[SUPPLY_THREADS] = {"threads", TRACK_KIND_THREAD, TRACK_FD_CLASS_OTHER},
};

const char *supply_noun(enum supply supply)
{
	return supplies[supply].noun;
}

static bool is_of_kind(enum supply supply, const char *kind)
{
	return strcmp(kind, word_kind(supplies[supply].kind)) == 0;
}

bool supply_is_used(enum supply supply, const char *kind, const char *class_name, bool ephemeral)
{
	enum track_fd_class fd_class = supplies[supply].fd_class;

	return is_of_kind(supply, kind) &&
	       (fd_class == TRACK_FD_CLASS_OTHER ||
		(ephemeral && strcmp(class_name, word_fd_class(fd_class)) == 0));
}

struct port_range supply_ports(struct trace *trace)
{
	const char *text = trace_meta(trace, "port_range");
	struct port_range range = {0};

	if (text == NULL || sscanf(text, "%5u-%5u", &range.low, &range.high) != 2 ||
	    range.low == 0 || range.high < range.low || range.high > UINT16_MAX)
		return (struct port_range){0};
	return range;
}

static bool is_ephemeral(const char *address, const struct port_range *range)
{
	const char *colon = address != NULL ? strrchr(address, ':') : NULL;
	unsigned long port = colon != NULL ? strtoul(colon + 1, NULL, 10) : 0;

	return range->low != 0 && port >= range->low && port <= range->high;
}

static int get_limit(struct trace *trace, int64_t process_id, double *ret_limit)
{
	struct trace_query *query;
	int more = trace_query(trace, limit_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, process_id);
	more = trace_query_step(query);
	if (more == 1)
		*ret_limit = (double)trace_query_int(query, 0);
	trace_query_destroy(query);
	return more < 0 ? more : 0;
}

static double thread_limit(struct trace *trace)
{
	const char *text = trace_meta(trace, "thread_limit");
	double limit = text != NULL ? strtod(text, NULL) : 0;

	return limit > 0 ? limit : 0;
}

static int count_used(struct trace *trace, int64_t process_id, uint64_t time_ns,
		      const struct port_range *range, struct outlook *outlook)
{
	struct trace_query *query;
	int more = trace_query(trace, used_sql, &query);

	if (more != 0)
		return more;
	trace_query_bind_int(query, 1, process_id);
	trace_query_bind_int(query, 2, (int64_t)time_ns);
	while ((more = trace_query_step(query)) == 1) {
		const char *kind = trace_query_text(query, 0);
		const char *class_name = trace_query_text(query, 1);
		bool ephemeral = is_ephemeral(trace_query_text(query, 2), range);

		for (int i = 0; i < SUPPLY__COUNT && kind != NULL && class_name != NULL; i++)
			outlook->used[i] += supply_is_used(i, kind, class_name, ephemeral);
	}
	trace_query_destroy(query);
	return more;
}

int outlook_open(struct trace *trace, int64_t process_id, uint64_t time_ns,
		 const struct port_range *range, struct outlook *ret_outlook)
{
	double ports = range->low != 0 ? (double)(range->high - range->low + 1) : 0;
	struct outlook outlook = {
		.capacity =
			{
				[SUPPLY_UDP] = ports,
				[SUPPLY_TCP] = ports,
				[SUPPLY_THREADS] = thread_limit(trace),
			},
	};
	int error = get_limit(trace, process_id, &outlook.capacity[SUPPLY_FDS]);

	if (error == 0)
		error = count_used(trace, process_id, time_ns, range, &outlook);
	if (error == 0)
		*ret_outlook = outlook;
	return error;
}

/* The part of a site's members that hold a port which the kernel chose. */
static int ephemeral_part(struct trace *trace, const struct port_range *range,
			  const struct growth_site *site, double *ret_part)
{
	struct trace_query *query;
	size_t count = 0;
	int more = trace_query(trace, address_sql, &query);

	if (more != 0)
		return more;
	for (size_t i = 0; i < site->member_count && more >= 0; i++) {
		trace_query_bind_int(query, 1, site->members[i].resource_id);
		more = trace_query_step(query);
		if (more == 1)
			count += is_ephemeral(trace_query_text(query, 0), range);
		trace_query_reset(query);
	}
	trace_query_destroy(query);
	*ret_part = site->member_count > 0 ? (double)count / (double)site->member_count : 0;
	return more < 0 ? more : 0;
}

int outlook_add(struct trace *trace, const struct growth_site *site, const struct port_range *range,
		struct outlook *outlook)
{
	double slope = growth_slope(site), part;
	int error = ephemeral_part(trace, range, site, &part);

	if (error != 0)
		return error;
	for (int i = 0; i < SUPPLY__COUNT; i++)
		if (supply_is_used(i, site->kind, site->class_name, true))
			outlook->slope[i] +=
				supplies[i].fd_class == TRACK_FD_CLASS_OTHER ? slope : slope * part;
	return 0;
}

static double round_up(double value)
{
	double whole = (double)(uint64_t)value;

	return whole < value ? whole + 1 : whole;
}

bool outlook_ahead(struct outlook *outlook, const char *kind, const char *class_name)
{
	outlook->marks = MARKS_MOST + 1;
	for (int i = 0; i < SUPPLY__COUNT; i++) {
		double left = outlook->capacity[i] - outlook->used[i], marks;

		if (outlook->capacity[i] == 0 || outlook->slope[i] <= 0 || !is_of_kind(i, kind) ||
		    (class_name != NULL && !supply_is_used(i, kind, class_name, true)))
			continue;
		marks = left > 0 ? left / outlook->slope[i] : 0;
		if (marks < outlook->marks) {
			outlook->marks = round_up(marks);
			outlook->first = i;
		}
	}
	return outlook->marks <= MARKS_MOST;
}
