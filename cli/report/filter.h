/* SPDX-License-Identifier: Apache-2.0 */
/* Which findings a report shows, and whom it names. */
#ifndef REPORT_FILTER_H
#define REPORT_FILTER_H

#include <report/report.h>

/* The time that the filter's since stands for, 0 without one. -ESRCH: there is no such mark. */
int filter_since(struct trace *trace, const struct report *report,
		 const struct report_filter *filter, uint64_t *ret_since_ns);

/* 1 or 0, or -errno. finding_id: its row. */
int filter_wants(struct trace *trace, const struct report_filter *filter, uint64_t since_ns,
		 const struct report_finding *finding, int64_t finding_id);

/* Of a finding's members, how many were born, or happened, since then. */
struct filter_members {
	uint64_t total, since;
};
int filter_members(struct trace *trace, uint64_t since_ns, int64_t finding_id,
		   struct filter_members *ret_members);

/* The filter's own culprit, if the finding's stack has a frame that matches: says whether. */
bool filter_blame(const struct report_filter *filter, struct report_finding *finding);

/* Of which scopes its members are. 0 or -errno. */
int filter_read_scopes(struct trace *trace, struct report *report, struct report_finding *finding);

/* Fills in which scopes there are, if the filter's is none of them. 0 or -errno. */
int filter_check_scope(struct trace *trace, struct report *report,
		       const struct report_filter *filter);

/* The rules that there are findings of, for a filter's rule that is none of them. 0 or -errno. */
int filter_list_rules(struct trace *trace, struct report *report,
		      const struct report_filter *filter);

#endif
